import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newSceneAlone, runScript, stepsIn, succeeded } from "./scene.ts";

const pullRequest = (head: string | null) => ({
	name: "pull_request",
	payload: {
		pull_request: {
			head: { repo: head === null ? null : { full_name: head } },
			base: { repo: { full_name: "owner/repository" } },
		},
	},
});

describe("a pull request", () => {
	const denied = [
		{
			from: "a fork",
			event: pullRequest("stranger/repository"),
			said: /nothing swapped in: a pull_request event from the fork stranger\/repository$/m,
		},
		{
			from: "a fork that is gone",
			event: pullRequest(null),
			said: /nothing swapped in: a pull_request event that doesn't say which repository its code is from$/m,
		},
	];
	for (const { from, event, said } of denied) {
		it(`from ${from} hits the cache and swaps nothing in`, async (t) => {
			const scene = await newSceneAlone(t);
			const base = "RUN echo one @ > /one";
			succeeded((await scene.run({ context: scene.context([base]), tags: scene.nonce })).main);
			const { current } = scene.berth();
			await scene.forget();

			const step = scene.step(scene.job("runner", { event }), {
				context: scene.context([base, "RUN echo evil @ > /evil"]),
				tags: scene.nonce,
			});
			const main = await step.main();
			succeeded(main);
			assert.match(main.log, said);
			assert.deepEqual(main.warnings, []);
			assert.equal(main.outputs["cache-hit"], "true");
			assert.equal(main.outputs["cache-to"], "");
			assert.deepEqual(stepsIn(main.log).ran, [`RUN echo evil ${scene.nonce} > /evil`]);
			succeeded(await step.post());
			assert.deepEqual(scene.berth().generations, [current]);
			assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
		});
	}

	it("from a fork, building by a script of its own, can't have its export swapped in either", async (t) => {
		const scene = await newSceneAlone(t);
		const context = scene.context(["RUN echo one @ > /one"]);
		succeeded((await scene.run({ context, tags: scene.nonce })).main);
		const { current } = scene.berth();
		const job = scene.job("runner", { event: pullRequest("stranger/repository") });
		const step = scene.step(job, { "extra-args-env": "EXTRA" });
		const main = await step.main();
		succeeded(main);
		assert.match(main.exported["EXTRA"] ?? "", /^--cache-from type=local,src=\S+$/);
		const from = main.outputs["cache-from"] ?? "";
		const evil = scene.context(["RUN echo evil @ > /evil"]);
		const to = from.replace("type=local,src=", "type=local,dest=");
		const script = await runScript(
			job,
			`docker build $EXTRA --cache-to ${to},mode=max "${evil}"`,
			main.exported,
		);
		assert.equal(script.code, 0, script.log);
		const post = await step.post();
		succeeded(post);
		assert.match(post.log, /nothing swapped in: a pull_request event from the fork stranger\/repository$/m);
		assert.deepEqual(scene.berth().generations, [current]);
	});

	it("from the repository itself swaps in", async (t) => {
		const scene = await newSceneAlone(t);
		const job = scene.job("runner", { event: pullRequest("Owner/Repository") });
		const main = await scene.step(job, { context: scene.context(), outputs: "type=cacheonly" }).main();
		succeeded(main);
		assert.equal(scene.berth().generations.length, 1);
	});

	it("from a fork swaps in where the workflow says cache-write: always", async (t) => {
		const scene = await newSceneAlone(t);
		const job = scene.job("runner", { event: pullRequest("stranger/repository") });
		const inputs = { context: scene.context(), outputs: "type=cacheonly", "cache-write": "always" };
		succeeded(await scene.step(job, inputs).main());
		assert.equal(scene.berth().generations.length, 1);
	});
});
