import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { engine } from "../engines/index.ts";
import { type RemoteBuilder, startBuildkitd } from "../engines/remote-builder.ts";
import { newScene, type Scene, stepsIn, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

/** Two machines' builders, each with a state of its own; a machine has its own cache root, too. */
export type Fleet = {
	readonly build: (
		scene: Scene,
		machine: 1 | 2,
		inputs: Readonly<Record<string, string>>,
	) => Promise<StepResult>;
	readonly stop: () => Promise<void>;
};

/** A machine's cache root. */
export function rootOf({ dir }: Scene, machine: 1 | 2): string {
	return join(dir, `root-${machine}`);
}

/** Starts the two builders. */
export async function startFleet(): Promise<Fleet> {
	const overlay2 = await engine("overlay2");
	const name = `berth-fleet-${randomBytes(4).toString("hex")}`;
	const builders: RemoteBuilder[] = await Promise.all([startBuildkitd(overlay2), startBuildkitd(overlay2)]);
	await Promise.all(builders.map((each, at) => each.register(`${name}-${at + 1}`)));
	return {
		build: async (scene, machine, inputs) => {
			const own = { builder: `${name}-${machine}`, "cache-root": rootOf(scene, machine) };
			const { main } = await scene.run({ ...own, ...inputs }, `machine-${machine}`);
			return main;
		},
		stop: async () => {
			await Promise.all(builders.map((each) => each.stop()));
		},
	};
}

/** Entries of `cache-from` and `cache-to` that mean one cache. */
export type SharedCache = { readonly from: string; readonly to: string };

/** What the two built, and what came of it. */
export type Shared = {
	readonly scene: Scene;
	readonly inputs: Readonly<Record<string, string>>;
	readonly first: StepResult;
	readonly second: StepResult;
};

/** Asserts that what machine 1 built, machine 2 takes from the shared cache, step for step. */
export async function oneCacheForBoth(
	t: TestContext,
	{ build }: Fleet,
	{ cache, shared }: { cache: "off" | "local"; shared: (scene: Scene) => SharedCache },
): Promise<Shared> {
	const scene = await newScene(t, "overlay2");
	const { from, to } = shared(scene);
	const steps = [
		"FROM base AS tools",
		"RUN echo @ > /tool",
		"FROM base",
		"COPY --from=tools /tool /tool",
		"RUN echo one @",
	];
	const inputs = {
		context: scene.context(steps),
		cache,
		"cache-from": from,
		"cache-to": to,
		outputs: "type=cacheonly",
	};
	const first = await build(scene, 1, inputs);
	succeeded(first);
	assert.deepEqual(stepsIn(first.log).cached, [], first.log);
	const second = await build(scene, 2, inputs);
	succeeded(second);
	assert.deepEqual(second.warnings, []);
	assert.deepEqual(stepsIn(second.log).ran, [], second.log);
	assert.deepEqual(stepsIn(second.log).cached.sort(), stepsIn(first.log).ran.sort());
	return { scene, inputs, first, second };
}
