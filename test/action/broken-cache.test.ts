import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { flip, layersOf, writable } from "./on-disk.ts";
import { newSceneAlone, runScript, type Scene, stepsIn, succeeded } from "./scene.ts";

const oneStep = ["RUN echo one @ > /one"];
const twoSteps = [...oneStep, "RUN echo two @ > /two"];

describe("a cache with a blob of wrong bytes", () => {
	const builds = [
		{ name: "that a changed later step is built upon", steps: twoSteps },
		{ name: "that an unchanged build's image needs", steps: oneStep },
	];
	for (const { name, steps } of builds) {
		it(`${name} is set aside, and the build run again without it`, async (t) => {
			const scene = await filledScene(t);
			const { current } = scene.berth();
			const digest = flip(layerOf(scene, true));
			const { main, post } = await scene.run({ context: scene.context(steps), tags: scene.nonce });
			succeeded(main);
			assert.match(main.log, /This reads like a broken cache: checking every blob/);
			const said = `sha256:${digest} in the cache is corrupt: its generation was set aside`;
			assert.deepEqual(main.warnings, [said]);
			assert.equal(main.log.match(/^\[command\]/gm)?.length, 2);
			assert.match(main.summary, /run again without a broken cache/);
			assert.equal(main.outputs["cache-bytes-reused"], "0");
			assert.deepEqual(post.warnings, []);
			const after = scene.berth();
			assert.notEqual(after.current, current);
			assert.deepEqual([after.generations, after.clones], [[after.current], []]);

			await scene.forget();
			const next = await scene.run({ context: scene.context(steps), tags: scene.nonce });
			succeeded(next.main);
			assert.deepEqual(stepsIn(next.main.log).ran, []);
		});
	}

	it("that is the last step's is healed by BuildKit itself, which runs the step again", async (t) => {
		const scene = await filledScene(t);
		flip(layerOf(scene, false));
		const { current } = scene.berth();
		const inputs = { context: scene.context(oneStep), tags: scene.nonce };
		const { main } = await scene.run(inputs);
		succeeded(main);
		assert.match(main.log, /Cache: hit, .*; generation \S+ swapped in/);
		assert.notEqual(scene.berth().current, current);
		await scene.forget();
		assert.equal(stepsIn((await scene.run(inputs)).main.log).cached.length, 2);
	});

	it("fails a script's build, is set aside in the post step, and the next job works", async (t) => {
		const scene = await filledScene(t);
		const digest = flip(layerOf(scene, true));
		const build = `docker build --progress=plain -t ${scene.nonce} $EXTRA "${scene.context(twoSteps)}"`;
		const first = scene.job();
		const step = scene.step(first, { "extra-args-env": "EXTRA" });
		const script = await runScript(first, build, (await step.main()).exported);
		assert.notEqual(script.code, 0, script.log);
		const post = await step.post();
		succeeded(post);
		assert.deepEqual(post.warnings, [
			`sha256:${digest} in the cache is corrupt: its generation was set aside`,
		]);
		assert.match(post.log, /Cache: nothing swapped in: the build exported no cache/);

		const second = scene.job();
		const again = scene.step(second, { "extra-args-env": "EXTRA" });
		const main = await again.main();
		assert.equal(main.outputs["cache-hit"], "false");
		assert.equal((await runScript(second, build, main.exported)).code, 0);
		assert.match((await again.post()).log, /Cache: generation \S+ swapped in/);
	});
});

describe("a cache that is not whole when it is opened", () => {
	const faults: { name: string; harm: (scene: Scene) => void; said: RegExp }[] = [
		{
			name: "a truncated blob",
			harm: (scene) => truncateSync(writable(layerOf(scene, true)), 1000),
			said: /^generation \S+ is broken and was set aside: sha256:[0-9a-f]{64} has 1000 bytes instead of \d+$/,
		},
		{
			name: "a deleted blob",
			harm: (scene) => rmSync(layerOf(scene, false)),
			said: /^generation \S+ is broken and was set aside: sha256:[0-9a-f]{64} is missing$/,
		},
		{
			name: "garbage in index.json",
			harm: (scene) => writeFileSync(join(scene.berth().generation, "index.json"), "\0garbage"),
			said: /^generation \S+ is broken and was set aside: its index.json is not one$/,
		},
		{
			name: "a `current` that points nowhere",
			harm: ({ berth }) => writeFileSync(join(berth().dir, "current"), "20200101T000000Z-0123456789abcdef\n"),
			said: /^generation 20200101T000000Z-0123456789abcdef /,
		},
		{
			name: "a `current` that is garbage",
			harm: ({ berth }) => writeFileSync(join(berth().dir, "current"), "../../../etc\n"),
			said: /^its `current` names no generation; building without its cache$/,
		},
	];
	for (const { name, harm, said } of faults) {
		it(`by ${name} is built without, with a warning, and swapped in anew`, async (t) => {
			const scene = await filledScene(t);
			harm(scene);
			const { main, post } = await scene.run({ context: scene.context(oneStep), tags: scene.nonce });
			succeeded(main);
			assert.equal(main.warnings.length, 1, main.log);
			assert.match(main.warnings[0] ?? "", said);
			assert.equal(main.outputs["cache-hit"], "false");
			assert.match(main.summary, /> \[!WARNING\]/);
			assert.deepEqual(post.warnings, []);
			const { current, generations, clones } = scene.berth();
			assert.deepEqual([generations, clones], [[current], []]);
			await scene.forget();
			const next = await scene.run({ context: scene.context(oneStep), tags: scene.nonce });
			assert.equal(next.main.outputs["cache-hit"], "true");
			assert.deepEqual(next.main.warnings, []);
			assert.deepEqual(stepsIn(next.main.log).ran, []);
		});
	}
});

describe("a build that fails on its own account", () => {
	const failures = [
		{
			name: "a RUN",
			steps: ["RUN echo @; false"],
			error: /^process ".*" did not complete successfully: exit code: 1$/,
		},
		{
			name: "a COPY of a missing file",
			steps: ["COPY missing-@ /x"],
			error: /missing-nonce\w+": not found$/,
		},
		{
			name: "a RUN that says what a broken cache says",
			steps: ["RUN echo 'ERROR: failed to compute cache key: short read @'; false"],
			error: /exit code: 1$/,
		},
	];
	for (const { name, steps, error } of failures) {
		it(`by ${name} is run once, and the former cache stays`, async (t) => {
			const scene = await filledScene(t);
			const { current } = scene.berth();
			const { main, post } = await scene.run({ context: scene.context([...oneStep, ...steps]) });
			assert.equal(main.code, 1);
			assert.equal(main.errors.length, 1, main.log);
			assert.match(main.errors[0] ?? "", error);
			assert.equal(main.log.match(/^\[command\]/gm)?.length, 1);
			assert.match(main.log, /Cache: hit, .* found; nothing swapped in: the build failed/);
			assert.deepEqual([...main.warnings, ...post.warnings], []);
			assert.deepEqual(scene.berth().generations, [current]);
			assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
		});
	}
});

/** A scene with a berth that the builder itself knows nothing of. */
async function filledScene(t: TestContext): Promise<Scene> {
	const scene = await newSceneAlone(t);
	// No image either: the engine would take layers from it.
	const { main } = await scene.run({ context: scene.context(oneStep), outputs: "type=cacheonly" });
	succeeded(main);
	await scene.forget();
	return scene;
}

function layerOf(scene: Scene, largest: boolean): string {
	const layers = layersOf(scene.berth().generation).sort(
		(a, b) => readFileSync(a).length - readFileSync(b).length,
	);
	return layers.at(largest ? -1 : 0) ?? assert.fail("the cache has no layer");
}
