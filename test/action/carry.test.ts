import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { startCacheServer } from "../carry/cache-service-v2.ts";
import { startCachesApi, tokens } from "../carry/caches-api.ts";
import { type JobOptions, newSceneAlone, type Scene, stepsIn, succeeded } from "./scene.ts";
import type { Job, StepResult } from "./step.ts";

const server = await startCacheServer({ after });
const main = { ref: "refs/heads/main" };
const fork = {
	name: "pull_request",
	payload: { pull_request: { head: { repo: { full_name: "me/r" } }, base: { repo: { full_name: "o/r" } } } },
};

/** A machine that is thrown away after its job: a cache root and a builder that have nothing. */
type Machine = { readonly job: Job; readonly root: string };

let machines = 0;

async function machine(
	scene: Scene,
	{ env = server.env(main), event }: { env?: Record<string, string>; event?: typeof fork } = {},
): Promise<Machine> {
	await scene.forget();
	const name = `machine-${++machines}`;
	return { job: jobOn(scene, name, { env, ...(event && { event }) }), root: join(scene.dir, `${name}-root`) };
}

// On a GitHub Enterprise Server the SDK would speak the first version of the protocol.
function jobOn(scene: Scene, runner: string, options: JobOptions): Job {
	const job = scene.job(runner, options);
	return { ...job, env: { ...job.env, GITHUB_SERVER_URL: "https://github.com", ...options.env } };
}

type Ran = { readonly main: StepResult; readonly post: StepResult };

async function runOn(scene: Scene, { job, root }: Machine, inputs: Record<string, string>): Promise<Ran> {
	const step = scene.step(job, { cache: "github", "cache-root": root, outputs: "type=cacheonly", ...inputs });
	const ran = { main: await step.main(), post: await step.post() };
	for (const each of [ran.main, ran.post]) succeeded(each);
	return ran;
}

const keys = () => server.entries.map(({ key }) => key);
const warningsOf = ({ main: one, post }: Ran) => [...one.warnings, ...post.warnings];

describe("cache: github", { timeout: 600_000 }, () => {
	async function scenery(t: TestContext): Promise<{ scene: Scene; inputs: Record<string, string> }> {
		const scene = await newSceneAlone(t);
		server.entries.splice(0);
		const context = scene.context(["RUN echo @ > /one", "COPY changing /changing"]);
		writeFileSync(join(context, "changing"), "1");
		return { scene, inputs: { context } };
	}

	it("carries a berth to a machine that has nothing, and uploads nothing where nothing changed", async (t) => {
		const { scene, inputs } = await scenery(t);
		const first = await runOn(scene, await machine(scene), inputs);
		assert.equal(first.main.outputs["cache-hit"], "false");
		assert.match(first.post.log, /cache: github: saved .* in 1 new packs?, beside 0/);
		assert.equal(keys().length, 2);
		const second = await runOn(scene, await machine(scene), inputs);
		assert.match(second.main.log, /cache: github: restored the berth of "app": /);
		assert.equal(second.main.outputs["cache-hit"], "true");
		assert.deepEqual(stepsIn(second.main.log).ran, []);
		assert.match(second.post.log, /cache: github: nothing has changed, nothing is saved/);
		assert.equal(keys().length, 2);
		assert.deepEqual([...warningsOf(first), ...warningsOf(second)], []);
	});

	it("uploads what is new alone", async (t) => {
		const { scene, inputs } = await scenery(t);
		await runOn(scene, await machine(scene), inputs);
		writeFileSync(join(inputs["context"] ?? "", "changing"), "2");
		const second = await runOn(scene, await machine(scene), inputs);
		assert.deepEqual(stepsIn(second.main.log).ran, ["COPY changing /changing"]);
		assert.match(second.post.log, /cache: github: saved .* in 1 new packs?, beside 1 that/);
		assert.equal(keys().length, 4);
		const third = await runOn(scene, await machine(scene), inputs);
		assert.deepEqual(stepsIn(third.main.log).ran, []);
		assert.deepEqual(warningsOf(third), []);
	});

	it("saves what a script of the workflow's own built", async (t) => {
		const { scene, inputs } = await scenery(t);
		const here = await machine(scene);
		const step = scene.step(here.job, { cache: "github", "cache-root": here.root });
		const wired = await step.main();
		succeeded(wired);
		const again = scene.step(here.job, {
			...inputs,
			...{ cache: "off", outputs: "type=cacheonly", "cache-to": wired.outputs["cache-to"] ?? "" },
		});
		// The same as a script would do with it.
		succeeded(await again.main());
		const post = await step.post();
		succeeded(post);
		assert.match(post.log, /cache: github: saved /, `${wired.outputs["cache-to"]}\n${post.log}`);
		const other = await runOn(scene, await machine(scene), inputs);
		assert.deepEqual(stepsIn(other.main.log).ran, []);
	});

	it("is restored for a fork's pull request, and not saved", async (t) => {
		const { scene, inputs } = await scenery(t);
		await runOn(scene, await machine(scene), inputs);
		writeFileSync(join(inputs["context"] ?? "", "changing"), "2");
		const pull = { ref: "refs/pull/1/merge", base: "refs/heads/main" };
		const forked = await runOn(scene, await machine(scene, { env: server.env(pull), event: fork }), inputs);
		assert.equal(forked.main.outputs["cache-hit"], "true");
		assert.match(forked.post.log, /cache: github: nothing is saved: .*fork/);
		assert.equal(keys().length, 2);
	});

	it("builds on, with one warning, where an archive was evicted or cut short; and saves all anew", async (t) => {
		const { scene, inputs } = await scenery(t);
		for (const spoil of [server.truncate, server.evict]) {
			server.entries.splice(0);
			await runOn(scene, await machine(scene), inputs);
			const pack = keys().find((key) => key.startsWith("berth1p-")) ?? "";
			await spoil(pack);
			const ran = await runOn(scene, await machine(scene), inputs);
			assert.equal(ran.main.outputs["cache-hit"], "false");
			assert.equal(warningsOf(ran).length, 1, warningsOf(ran).join("\n"));
			assert.match(warningsOf(ran)[0] ?? "", /^cache: github: nothing was restored: pack [0-9a-f]{12} /);
			const next = await runOn(scene, await machine(scene), inputs);
			assert.equal(next.main.outputs["cache-hit"], "true", next.main.log);
		}
	});

	it("builds on, with one warning a step, without a service", async (t) => {
		const { scene, inputs } = await scenery(t);
		const ran = await runOn(scene, await machine(scene, { env: {} }), inputs);
		assert.deepEqual(ran.post.warnings, []);
		assert.match(ran.main.warnings.join("\n"), /^cache: github: this runner offers no cache service [^\n]*$/);
	});

	it("builds on where the service fails, and where the token may not write", async (t) => {
		const { scene, inputs } = await scenery(t);
		const env = { ...server.env(main), ACTIONS_RESULTS_URL: "http://127.0.0.1:9/" };
		const failing = await runOn(scene, await machine(scene, { env }), inputs);
		assert.match(failing.main.warnings.join("\n"), /^cache: github: nothing was restored: [^\n]*$/);
		const denied = { ...server.env(main), ACTIONS_CACHE_MODE: "read" };
		const ran = await runOn(scene, await machine(scene, { env: denied }), inputs);
		assert.deepEqual(warningsOf(ran), []);
		assert.match(ran.post.log, /nothing is saved: ACTIONS_CACHE_MODE is read/);
	});

	it("deletes what nobody needs any more, if it is given a token that may", async (t) => {
		const { scene, inputs } = await scenery(t);
		await runOn(scene, await machine(scene), inputs);
		writeFileSync(join(inputs["context"] ?? "", "changing"), "2");
		const day = 24 * 3_600_000;
		const listed = server.entries.map(({ key }, id) => ({ key, id, ref: main.ref, days: 3 }));
		const another = {
			key: "berth1-0000000000000000-0000000000000000-000000000000",
			id: 98,
			ref: main.ref,
			days: 9,
		};
		const newer = listed.map((each) => ({
			...each,
			key: each.key.replace(/^(berth1-\w+-)\w+(-.*)$/, "$1ffffffffffffffff$2"),
		}));
		const all = [
			another,
			...listed,
			{ ...newer[newer.length - 1], id: 50, days: 2 },
			{ ...listed[0], key: `${listed[0]?.key.slice(0, -12)}ffffffffffff`, id: 99 },
		];
		const api = await startCachesApi(
			t,
			all.map(({ key = "", id = 0, ref = "", days = 0 }) => ({
				key,
				id,
				ref,
				created_at: new Date(Date.now() - days * day).toISOString(),
			})),
		);
		const run = async (token: string) => {
			const here = await machine(scene, { env: { ...server.env(main), ...api.env } });
			return await runOn(scene, here, { ...inputs, "github-token": token });
		};
		const refused = await run(tokens.reads);
		assert.match(
			warningsOf(refused).join("\n"),
			/^github-token: old cache entries can't be deleted: [^\n]*actions: write[^\n]*$/,
		);
		assert.doesNotMatch(
			`${refused.main.log}${refused.post.log}`.replace(/::add-mask::.*/g, ""),
			new RegExp(tokens.reads),
		);
		const deleted = await run(tokens.writes);
		assert.match(deleted.post.log, /deleted 2 entries that nobody will need/);
		// The superseded manifest and the pack that none refers to; another name's is not this one's to judge.
		const left = api.entries.map(({ id }) => id);
		assert.deepEqual([left.includes(98), left.includes(50), left.includes(99)], [true, true, false]);
	});

	it("is left to a program of its own, so that no other step loads GitHub's library", () => {
		const sizeOf = (entry: string) => statSync(new URL(`../../dist/${entry}/index.js`, import.meta.url)).size;
		for (const entry of ["main", "post"]) assert.ok(sizeOf(entry) < sizeOf("cache-call"), entry);
	});

	it("leaves a berth alone that the machine has already", async (t) => {
		const { scene, inputs } = await scenery(t);
		const here = await machine(scene);
		await runOn(scene, here, inputs);
		const again = await runOn(
			scene,
			{ ...here, job: jobOn(scene, "next", { env: server.env(main) }) },
			inputs,
		);
		assert.match(again.main.log, /this machine has the berth of "app" already/);
		assert.match(again.post.log, /nothing has changed/);
	});
});
