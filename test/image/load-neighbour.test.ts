import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { dockerOrThrow, engine, type TestEngine, testStores } from "../engines/index.ts";
import { type Crossing, isUpload, startProxy } from "./engine-proxy.ts";
import { type FixtureImage, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

for (const store of testStores()) {
	describe(`a neighbour who removes what a load counts on, ${store}`, () => {
		let lent: TestEngine;
		let here: Scene;
		let theirs: FixtureImage;
		let ours: FixtureImage;

		before(async () => {
			lent = await engine(store);
			here = scene();
		});
		after(() => here.end(lent));

		/** Has their image in the engine, loads ours, and removes theirs at the moment that is given. */
		async function loadMeanwhile(name: string, isNow: (crossing: Crossing, uploads: number) => boolean) {
			const env = { ...process.env, ...lent.env };
			await loadOne(
				env,
				`${writeLayout(here.path(`${name}-theirs`), theirs)}=${here.name(`${name}-theirs`)}`,
			);
			let removed = false;
			const proxy = await startProxy(lent.host, {
				before: async (crossing) => {
					if (removed || !isNow(crossing, proxy.uploads().length)) return;
					removed = true;
					await dockerOrThrow(lent, ["rmi", here.name(`${name}-theirs`)]);
				},
			});
			const path = writeLayout(here.path(name), ours);
			const report = await loadOne({ ...env, DOCKER_HOST: proxy.host }, `${path}=${here.name(name)}`);
			await proxy.close();
			assert.ok(removed);
			return report;
		}

		it("makes it send all of the image, when a layer goes between look and upload", async () => {
			const below = [await programLayer(lent), await freshLayer("below", 500_000)];
			theirs = imageOf([...below, await freshLayer("theirs")]);
			ours = imageOf([...below, await freshLayer("ours", 2_000)]);
			// The graph driver's look is an upload, too.
			const nth = store === "containerd" ? 1 : 2;
			const isNow = (crossing: Crossing, uploads: number) => isUpload(crossing) && uploads === nth;
			const report = await loadMeanwhile("layers", isNow);
			assert.equal(report.layersSent, 3);
			assert.equal(report.bytesSent, report.bytes + (ours.layers[2]?.blob.length ?? 0));
			await runs(lent, here.name("layers"), "below", "ours");
			await hasOnly(lent, [theirs, ours], [here.name("layers")]);
		});

		it("makes it send the image, when the whole of it goes before it has its further name", async () => {
			ours = imageOf([await programLayer(lent), await freshLayer("same", 500_000)]);
			theirs = ours;
			const isNow = ({ method, path }: Crossing) => method === "POST" && /\/tag\b/.test(path);
			const report = await loadMeanwhile("image", isNow);
			assert.equal(report.layersSent, 2);
			await runs(lent, here.name("image"), "same");
			await hasOnly(lent, [ours], [here.name("image")]);
		});

		it("does no harm when what goes is not needed any more", async () => {
			const program = await programLayer(lent);
			theirs = imageOf([program, await freshLayer("theirs")]);
			ours = imageOf([program, await freshLayer("ours", 200_000)]);
			let tops = 0;
			const isNow = ({ method, path }: Crossing) =>
				method === "GET" && path.startsWith("/images/sha256:") && ++tops === 2;
			const report = await loadMeanwhile("late", isNow);
			assert.equal(report.layersSent, 1);
			await runs(lent, here.name("late"), "ours");
			await hasOnly(lent, [theirs, ours], [here.name("late")]);
		});
	});
}
