import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { dockerOrThrow } from "../engines/index.ts";
import { newSceneAlone, runScript, type Scene, stepsIn, succeeded } from "./scene.ts";

const base = "RUN echo base of @ | tee /one";
const moments = [
	{ name: "as the build begins", says: "building with" },
	{ name: "while a step runs", says: "now it runs" },
	{ name: "while the cache is exported", says: "exporting cache" },
];

describe("a job whose main step is killed", () => {
	for (const { name, says } of moments) {
		for (const whom of ["alone", "with children"] as const) {
			it(`${name}, ${whom}, leaves a whole cache in force; its post step clears up`, async (t) => {
				const { scene, current } = await filledScene(t);
				const step = await killedStep(scene, { says, whom });
				assert.equal(scene.berth().current, current);
				const post = await step.post();
				succeeded(post);
				const after = scene.berth();
				assert.deepEqual(after.generations, [after.current]);
				// A buildx that outlived the step may export a whole cache, and write to its clone until now.
				if (whom === "with children") assert.deepEqual(after.clones, []);
				if (whom === "with children" && says !== "exporting cache") assert.equal(after.current, current);
				assert.deepEqual(scene.records(), []);
				await hits(scene);
			});
		}

		it(`${name} and never gets to its post step is cleared away by the runner's next job`, async (t) => {
			const { scene, current } = await filledScene(t);
			await killedStep(scene, { says, whom: "with children" });
			assert.equal(scene.berth().current, current);
			assert.equal(scene.records().length, 1);
			await hits(scene);
			assert.deepEqual(scene.berth().clones, []);
		});
	}

	it("right at its start has a post step that finds nothing to do", async (t) => {
		const { scene, current } = await filledScene(t);
		const step = scene.step(scene.job(), { context: scene.context([base]) });
		const main = step.startMain();
		main.kill("with children");
		assert.equal((await main.ended).code, null);
		const post = await step.post();
		succeeded(post);
		assert.match(post.log, /This step left nothing to finish/);
		assert.equal(scene.berth().current, current);
		await hits(scene);
	});

	it("is not cleared away by another runner's job", async (t) => {
		const { scene } = await filledScene(t);
		await killedStep(scene, { says: "now it runs", whom: "with children" });
		const { clones } = scene.berth();
		assert.equal(clones.length, 1);
		succeeded((await scene.run({ context: scene.context([base]), tags: scene.nonce }, "other")).main);
		assert.deepEqual(scene.berth().clones, clones);
		await hits(scene);
		assert.deepEqual(scene.berth().clones, []);
	});
});

describe("two jobs with one name at the same time", () => {
	it("both finish, the later swap is in force, and a third job hits it", async (t) => {
		const { scene } = await filledScene(t);
		const variable = "EXTRA";
		const jobs = ["one", "two"].map((runner) => {
			const job = scene.job(runner);
			const context = scene.context([base, `RUN echo @ ${runner} > /last`], runner);
			return { job, context, step: scene.step(job, { "extra-args-env": variable }) };
		});
		const mains = await Promise.all(jobs.map(({ step }) => step.main()));
		const builds = jobs.map(({ job, context }, at) =>
			runScript(job, `docker build --progress=plain $${variable} "${context}"`, mains[at]?.exported),
		);
		for (const { code, log } of await Promise.all(builds)) assert.equal(code, 0, log);
		for (const { step } of jobs) {
			const post = await step.post();
			succeeded(post);
			assert.deepEqual(post.warnings, []);
			assert.match(post.log, /generation \S+ swapped in/);
		}
		assert.equal(scene.berth().generations.length, 1);
		await scene.forget();
		const third = await scene.run({ context: jobs[1]?.context ?? "", tags: scene.nonce });
		assert.equal(third.main.outputs["cache-hit"], "true");
		assert.deepEqual(stepsIn(third.main.log).ran, []);
	});
});

async function filledScene(t: TestContext): Promise<{ scene: Scene; current: string | undefined }> {
	const scene = await newSceneAlone(t);
	succeeded((await scene.run({ context: scene.context([base]), tags: scene.nonce })).main);
	await scene.forget();
	return { scene, current: scene.berth().current };
}

async function killedStep(scene: Scene, { says, whom }: { says: string; whom: "alone" | "with children" }) {
	// Long enough to be met at work, short enough for a builder that goes on with an orphan's build.
	const spin = "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done";
	const work = `RUN echo now it runs; : @; ${spin}; head -c 20000000 /dev/urandom > /large`;
	const step = scene.step(scene.job(), { context: scene.context([base, work]), tags: scene.nonce });
	const main = step.startMain();
	await main.says(says);
	main.kill(whom);
	assert.equal((await main.ended).code, null);
	return step;
}

/** The next job of the same runner finds the cache, and nothing of the dead. */
async function hits(scene: Scene): Promise<void> {
	await scene.forget();
	const { main, post } = await scene.run({ context: scene.context([base]), tags: scene.nonce });
	succeeded(main);
	assert.deepEqual([...main.warnings, ...post.warnings], []);
	assert.equal(main.outputs["cache-hit"], "true");
	assert.doesNotMatch(main.log, new RegExp(`^#\\d+ [\\d.]+ base of ${scene.nonce}$`, "m"));
	assert.deepEqual(scene.records(), []);
	assert.equal(scene.berth().generations.length, 1);
	await dockerOrThrow(scene.engine, ["image", "inspect", scene.nonce]);
}
