import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { type EngineProxy, startProxy } from "./engine-proxy.ts";
import { type FixtureImage, type FixtureLayer, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

// Config, manifest and tar headers around the layers of a small image.
const mostAround = 16 * 1024;

for (const store of testStores()) {
	describe(`what crosses the socket to the ${store} store`, () => {
		let lent: TestEngine;
		let proxy: EngineProxy;
		let env: NodeJS.ProcessEnv;
		let here: Scene;
		const made: FixtureImage[] = [];
		const names: string[] = [];

		before(async () => {
			lent = await engine(store);
			proxy = await startProxy(lent.host);
			env = { ...process.env, ...lent.env, DOCKER_HOST: proxy.host };
			here = scene();
		});
		after(async () => {
			await proxy.close();
			await here.end(lent);
		});

		/** Loads an image of these layers, and tells the requests that it took. */
		async function cross(name: string, layers: readonly FixtureLayer[]) {
			const image = imageOf(layers);
			writeLayout(here.path(name), image);
			if (!made.some(({ digest }) => digest === image.digest)) made.push(image);
			names.push(here.name(name));
			const from = proxy.crossings.length;
			const report = await loadOne(env, `${here.path(name)}=${here.name(name)}`);
			const crossings = proxy.crossings.slice(from);
			const bodies = crossings.map(({ bodyBytes }) => bodyBytes);
			return { report, crossings, bytes: bodies.reduce((sum, bytes) => sum + bytes, 0) };
		}

		it("is the whole of a new image, once", async () => {
			const layers = [await programLayer(lent), await freshLayer("a", 1_000_000)];
			const { bytes, report } = await cross("new", layers);
			assert.equal(report.bytesSent, report.bytes);
			assert.ok(bytes > report.bytes && bytes < report.bytes + mostAround, `${bytes} of ${report.bytes}`);
		});

		it("is the layer that changed, in as many requests for 60 layers as for 3", async () => {
			const program = await programLayer(lent);
			const requests: string[][] = [];
			for (const count of [3, 60]) {
				const layers = [program];
				for (let at = 2; at < count; at++) layers.push(await freshLayer(`${count}-${at}`, 20_000));
				await cross(`${count}-1`, [...layers, await freshLayer("one", 5_000)]);
				const top = await freshLayer("two", 7_000);
				const { report, crossings, bytes } = await cross(`${count}-2`, [...layers, top]);
				assert.deepEqual([report.layersSent, report.bytesSent], [1, top.blob.length]);
				assert.ok(bytes < top.blob.length + 3 * mostAround, `${bytes} bytes`);
				requests.push(
					crossings.map(({ method, path }) => `${method} ${path.replace(/\/images\/.*\//, "/images/…/")}`),
				);
			}
			assert.deepEqual(requests[1]?.sort(), requests[0]?.sort());
			assert.ok((requests[0]?.length ?? 0) <= 8, requests[0]?.join("\n"));
			await runs(lent, here.name("60-2"), "60-2", "60-59", "two");
		});

		it("is next to nothing for an image that is there, and no archive", async () => {
			const layers = [await programLayer(lent), await freshLayer("same", 1_000_000)];
			await cross("same-1", layers);
			const again = await cross("same-1", layers);
			const renamed = await cross("same-2", layers);
			names.splice(names.indexOf(here.name("same-1")), 1);
			for (const { crossings, bytes } of [again, renamed]) {
				assert.deepEqual(
					crossings.filter(({ path }) => path.startsWith("/images/load")),
					[],
				);
				assert.ok(bytes < 1_000, `${bytes} bytes`);
			}
			const changes = ({ crossings }: typeof again) =>
				crossings.filter(({ method, path }) => method !== "GET" && path !== "/grpc").length;
			assert.deepEqual([changes(again), changes(renamed)], [0, 1]);
		});

		it("leaves nothing but these images", () => hasOnly(lent, made, names));
	});
}
