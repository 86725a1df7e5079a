/** On engines of its own: it prunes. */
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { listPins, planPins, releasePin } from "../../src/cleanup/pins.ts";
import { type TestEngine, testStores } from "../engines/index.ts";
import { startTestEngine } from "../engines/shared.ts";
import { newPinScene, type PinScene } from "./pin-scene.ts";

/** Everything goes that Docker's own ways of cleaning up take away. */
async function prune(base: PinScene): Promise<void> {
	await base.docker("rmi", `${base.nonce}:app`);
	await base.docker("buildx", "prune", "--all", "--force");
	await base.docker("image", "prune", "--force");
	await base.docker("system", "prune", "--force");
}

for (const store of testStores())
	describe(`a pinned base image, on ${store}`, () => {
		const stops: (() => Promise<void>)[] = [];
		const ownEngine = async (): Promise<TestEngine> => {
			const started = await startTestEngine(store);
			stops.push(started.stop);
			return started.engine;
		};
		after(() => Promise.all(stops.map((stop) => stop())));

		it("is not downloaded again after a prune, and is once it was not used for long", async (t) => {
			const base = await newPinScene(t, await ownEngine());
			const from = `${base.repository}:1`;
			const [pin] = await base.pin(await base.build(from));
			base.registry.asked();
			await prune(base);
			await base.build(from);
			assert.equal(base.registry.layersAsked(), 0);
			const listed = await listPins(base.upkeep);
			assert.ok(listed.kind === "listed");
			assert.deepEqual(
				listed.items.map(({ reference }) => reference),
				[pin],
			);
			const maxAgeMs = 3_600_000;
			const kept = planPins(listed.items, { maxAgeMs, now: new Date() });
			assert.deepEqual(kept, { released: [], kept: listed.items });
			const later = planPins(listed.items, { maxAgeMs, now: new Date(Date.now() + maxAgeMs) });
			assert.deepEqual(later, { released: listed.items, kept: [] });
			for (const each of later.released) await releasePin(base.upkeep, each);
			await prune(base);
			await base.build(from);
			assert.equal(base.registry.layersAsked(), 1);
		});
	});
