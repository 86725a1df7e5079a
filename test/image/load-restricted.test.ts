import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startThrowawayEngine } from "../../src/throwaway/engine.ts";
import { dockerOrThrow } from "../engines/docker.ts";
import { startTestEngine, type TestEngine, testStores } from "../engines/shared.ts";
import { type Crossing, type EngineProxy, startProxy } from "./engine-proxy.ts";
import { imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

/** What a careful socket proxy lets through, for one who is to load images and nothing else. */
const allows = ({ path }: Crossing) => /^\/(images|info|version|_ping)\b/.test(path);

for (const store of testStores()) {
	describe(`loading through a proxy that allows only images, ${store}`, () => {
		// Engines of its own: nobody else has probes in them.
		restricted(async () => startTestEngine(store));
	});
}

describe("loading through a proxy that allows only images, Engine 26.1, containerd", () => {
	restricted(async () => {
		const started = await startThrowawayEngine({ suite: "trixie", store: "containerd" });
		if (!started.ok) throw new Error(started.message);
		return { engine: started.engine, stop: started.engine.stop };
	});
});

function restricted(start: () => ReturnType<typeof startTestEngine>): void {
	let engine: TestEngine;
	let stop: () => Promise<void>;
	let proxy: EngineProxy;
	let env: NodeJS.ProcessEnv;
	let here: Scene;

	before(async () => {
		({ engine, stop } = await start());
		proxy = await startProxy(engine.host, { allows });
		env = { ...process.env, ...engine.env, DOCKER_HOST: proxy.host };
		here = scene();
	});
	after(async () => {
		await proxy.close();
		await here.end(engine);
		await stop();
	});

	// Engine 28 was the first to tell what it has of an image.
	const tells = () => engine.store === "overlay2" || Number.parseInt(engine.engineVersion, 10) >= 28;

	it("sends the layer that changed, or all of it where the engine is too old to say what it has", async () => {
		const below = [await programLayer(engine), await freshLayer("below", 100_000)];
		const [one, two] = [
			imageOf([...below, await freshLayer("one")]),
			imageOf([...below, await freshLayer("two")]),
		];
		writeLayout(here.path("one"), one);
		writeLayout(here.path("two"), two);
		const first = await loadOne(env, `${here.path("one")}=${here.name("one")}`);
		assert.equal(first.layersSent, 3);
		const second = await loadOne(env, `${here.path("two")}=${here.name("two")}`);
		assert.equal(second.layersSent, tells() ? 1 : 3);
		const again = await loadOne(env, `${here.path("two")}=${here.name("again")}`);
		assert.equal(again.layersSent, tells() ? 0 : 3);
		await runs(engine, here.name("two"), "below", "two");
		await hasOnly(engine, [one, two], ["one", "two", "again"].map(here.name));
		assert.equal(await dockerOrThrow(engine, ["images", "--quiet", "--filter", "dangling=true"]), "");
	});

	it("asks as often for 60 layers as for 3", async () => {
		const counts: number[] = [];
		for (const count of [3, 60]) {
			const layers = [await programLayer(engine)];
			for (let at = 1; at < count; at++) layers.push(await freshLayer(`${count}-${at}`));
			const path = writeLayout(here.path(`of-${count}`), imageOf(layers));
			const from = proxy.crossings.length;
			await loadOne(env, `${path}=${here.name(`of-${count}`)}`);
			counts.push(proxy.crossings.length - from);
		}
		assert.equal(counts[1], counts[0]);
		await runs(engine, here.name("of-60"), "60-1", "60-59");
	});
}
