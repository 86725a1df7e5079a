import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Fleet, oneCacheForBoth, rootOf, startFleet } from "./fleet.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { newScene, type Scene, stepsIn, succeeded } from "./scene.ts";

describe("a cache in a registry, for two machines", () => {
	let fleet: Fleet;
	let registry: Registry;

	before(async () => {
		[fleet, registry] = await Promise.all([startFleet(), startRegistry()]);
	});
	after(() => Promise.all([fleet.stop(), registry.stop()]));

	const shared = ({ nonce }: Scene) => {
		const entry = `type=registry,ref=${registry.address}/cache/${nonce}:app`;
		return { from: entry, to: `${entry},mode=max` };
	};

	it("serves the second what the first has built", async (t) => {
		await oneCacheForBoth(t, fleet, { cache: "off", shared });
	});

	it("fills the second's own berth, which then needs the registry no more", async (t) => {
		const { scene, inputs, second } = await oneCacheForBoth(t, fleet, { cache: "local", shared });
		assert.equal(second.outputs["cache-hit"], "false");
		// The engine's own builder has seen none of it.
		const alone = { ...inputs, "cache-root": rootOf(scene, 2), "cache-from": "", "cache-to": "" };
		const { main } = await scene.run(alone, "machine-2");
		assert.equal(main.outputs["cache-hit"], "true");
		assert.deepEqual(stepsIn(main.log).ran, [], main.log);
	});

	it("is nothing a build depends on, if it may be absent", async (t) => {
		const scene = await newScene(t, "overlay2");
		const gone = "type=registry,ref=127.0.0.1:1/cache:app";
		const main = await fleet.build(scene, 1, {
			...{ context: scene.context(["RUN echo @ > /one"]), outputs: "type=cacheonly" },
			...{ "cache-from": gone, "cache-to": `${gone},mode=max,ignore-error=true` },
		});
		succeeded(main);
		assert.equal(stepsIn(main.log).ran.length, 2);
	});
});
