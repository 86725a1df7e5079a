import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sha256 } from "../../src/image/image.ts";
import { docker, engine, type TestEngine, testStores } from "../engines/index.ts";
import { startBerth } from "./berth-process.ts";
import { type Crossing, isUpload, startProxy } from "./engine-proxy.ts";
import { type FixtureImage, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, type Scene, scene } from "./load-scene.ts";

for (const store of testStores()) {
	describe(`an image that can't be unpacked, whose load is told to end, ${store}`, () => {
		let lent: TestEngine;
		let here: Scene;
		let good: FixtureImage;
		let liar: FixtureImage;

		before(async () => {
			lent = await engine(store);
			here = scene();
			const program = await programLayer(lent);
			const top = await freshLayer("top", 100_000, "tar+gzip");
			good = imageOf([program, await freshLayer("good")]);
			liar = imageOf([program, { ...top, diffId: sha256(Buffer.from(here.path(""))) }]);
			writeLayout(here.path("good"), good);
			writeLayout(here.path("liar"), liar);
		});
		after(async () => {
			await docker(lent, ["rmi", here.name("taken")]);
			await here.end(lent);
		});

		it("doesn't keep the name of the one that had it, when the engine's answer is still to be heard", async () => {
			const env = { ...process.env, ...lent.env };
			await loadOne(env, `${here.path("good")}=${here.name("taken")}`);
			let tell = (): unknown => undefined;
			let uploads = 0;
			const last = store === "containerd" ? 1 : 2;
			const proxy = await startProxy(lent.host, {
				answered: (crossing: Crossing) => {
					if (isUpload(crossing) && ++uploads === last) tell();
				},
			});
			const { child, ended } = startBerth(
				{ ...env, DOCKER_HOST: proxy.host },
				"load",
				`${here.path("liar")}=${here.name("taken")}`,
			);
			tell = () => child.kill("SIGTERM");
			const { signal } = await ended;
			await proxy.close();
			assert.equal(signal, "SIGTERM");
			await hasOnly(lent, [good, liar], [here.name("taken")]);
			assert.equal((await docker(lent, ["run", "--rm", here.name("taken"), "/busybox", "true"])).code, 0);
		});
	});
}
