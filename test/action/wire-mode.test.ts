import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { blobsOf, layersOf } from "./on-disk.ts";
import { newSceneAlone, runScript, type Scene, stepsIn, succeeded } from "./scene.ts";
import type { Job, Step, StepResult } from "./step.ts";

const variable = "CI_IMAGE_BUILD_EXTRA_ARGS";

describe("a job that builds by a script of its own", () => {
	it("hits the cache that the former job's script left, by one variable expanded unquoted", async (t) => {
		const scene = await newSceneAlone(t);
		const context = scene.context(["RUN echo one @ > /one"]);
		for (const hit of ["false", "true"]) {
			const { step, main, script } = await scriptedJob(scene, buildOf(context));
			assert.equal(main.outputs["cache-hit"], hit);
			assert.match(main.log, /what the job's own build exports is swapped in when the job ends/);
			assert.equal(script.code, 0, script.log);
			assert.equal(stepsIn(script.log).ran.length, hit === "true" ? 0 : 2, script.log);
			assert.equal(scene.berth().clones.length, 1);
			const post = await step.post();
			succeeded(post);
			assert.deepEqual(post.warnings, []);
			assert.match(post.log, hit === "true" ? /Cache: unchanged/ : /Cache: generation \S+ swapped in/);
			assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
			await scene.forget();
		}
	});

	it("gives two jobs at once, of two containers, each its own cache", async (t) => {
		const scene = await newSceneAlone(t);
		for (const cached of [0, 2]) {
			const jobs = ["ci_native_tidy", "ci_native_asan"].map((name) => ({
				name,
				job: scene.job(name),
				context: scene.context([`RUN echo @ ${name} > /one`], name),
			}));
			const steps = jobs.map(({ name, job }) =>
				scene.step(job, { name, "extra-args-env": variable, "cache-root": scene.root }),
			);
			const mains = await Promise.all(steps.map((step) => step.main()));
			for (const main of mains) succeeded(main);
			assert.equal(scene.records().length, 2);
			const scripts = await Promise.all(
				jobs.map(({ job, context }, at) => runScript(job, buildOf(context), mains[at]?.exported)),
			);
			for (const { code, log } of scripts) {
				assert.equal(code, 0, log);
				assert.equal(stepsIn(log).cached.length, cached, log);
			}
			for (const post of await Promise.all(steps.map((step) => step.post()))) {
				succeeded(post);
				assert.deepEqual(post.warnings, []);
			}
			for (const { name } of jobs) assert.equal(scene.berth(name).generations.length, 1);
			assert.deepEqual(scene.records(), []);
			await scene.forget();
		}
	});

	it("keeps the former cache when the script's build fails", async (t) => {
		const scene = await newSceneAlone(t);
		await filled(scene);
		const { current } = scene.berth();
		const { step, script } = await scriptedJob(scene, buildOf(scene.context(["RUN echo @ && false"])));
		assert.notEqual(script.code, 0);
		const post = await step.post();
		succeeded(post);
		assert.match(post.log, /Cache: nothing swapped in: the build exported no cache/);
		assert.deepEqual(post.warnings, []);
		assert.deepEqual(scene.berth().generations, [current]);
		assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
	});

	it("keeps the former cache when the script never builds", async (t) => {
		const scene = await newSceneAlone(t);
		await filled(scene);
		const { current } = scene.berth();
		const { step, main } = await scriptedJob(scene, "true");
		assert.equal(main.outputs["cache-hit"], "true");
		const post = await step.post();
		succeeded(post);
		assert.match(post.log, /Cache: nothing swapped in: the build exported no cache/);
		assert.equal(scene.berth().current, current);
		assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
	});

	it("keeps the former cache, and says so, when a blob of the new one is missing", async (t) => {
		const scene = await newSceneAlone(t);
		await filled(scene);
		const { current, generation } = scene.berth();
		const former = new Set(blobsOf(generation).map((path) => path.slice(-64)));
		const { step, script } = await scriptedJob(scene, buildOf(scene.context(["RUN echo @ new > /new"])));
		assert.equal(script.code, 0, script.log);
		const clone = join(scene.berth().dir, "clones", scene.berth().clones[0] ?? "");
		const fresh = layersOf(clone).filter((path) => !former.has(path.slice(-64)));
		assert.equal(fresh.length, 1);
		for (const path of fresh) rmSync(path);
		const post = await step.post();
		assert.equal(post.code, 0);
		assert.equal(post.warnings.length, 1, post.log);
		assert.match(
			post.warnings[0] ?? "",
			/not whole, so the former cache stays: sha256:[0-9a-f]{64} is missing/,
		);
		assert.deepEqual(scene.berth().generations, [current]);
		assert.deepEqual(scene.berth().clones, []);
	});

	it("can be docker buildx bake, given the outputs", async (t) => {
		const scene = await newSceneAlone(t);
		for (const cached of [0, 2]) {
			const job = scene.job();
			scene.context(["RUN echo one @ > /one"], "runner/workspace/image");
			writeFileSync(
				join(job.dir, "workspace", "docker-bake.hcl"),
				'target "default" { context = "image" }\n',
			);
			const step = scene.step(job);
			const { outputs, exported } = await step.main();
			assert.deepEqual(exported, {});
			const sets = [
				...(outputs["cache-from"] === "" ? [] : [`--set "*.cache-from=${outputs["cache-from"]}"`]),
				`--set "*.cache-to=${outputs["cache-to"]}"`,
			];
			const script = await runScript(job, `docker buildx bake --progress=plain ${sets.join(" ")}`);
			assert.equal(script.code, 0, script.log);
			assert.equal(stepsIn(script.log).cached.length, cached, script.log);
			assert.equal((await step.post()).code, 0);
			assert.equal(scene.berth().generations.length, 1);
			await scene.forget();
		}
	});
});

function buildOf(context: string): string {
	return `docker build --progress=plain $${variable} "${context}"`;
}

async function scriptedJob(
	scene: Scene,
	line: string,
): Promise<{ job: Job; step: Step; main: StepResult; script: { code: number | null; log: string } }> {
	const job = scene.job();
	const step = scene.step(job, { "extra-args-env": variable });
	const main = await step.main();
	succeeded(main);
	return { job, step, main, script: await runScript(job, line, main.exported) };
}

async function filled(scene: Scene): Promise<void> {
	succeeded((await scene.run({ context: scene.context(["RUN echo one @ > /one"]), load: "false" })).main);
}
