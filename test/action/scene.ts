import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import { run } from "../../src/throwaway/command.ts";
import type { Store } from "../../src/throwaway/engine.ts";
import { dockerOrThrow, emptyBuilder, engine, type TestEngine } from "../engines/index.ts";
import { type OwnedTestEngine, startTestEngine } from "../engines/shared.ts";
import { type Berth, berthIn, entries } from "./on-disk.ts";
import { type Job, newJob, newStep, type Step, type StepResult } from "./step.ts";

/** One test's own corner of the machine: nothing in it is shared with another test but the engine. */
export type Scene = {
	readonly engine: TestEngine;
	/** In the text of every step of every context, so that these are told from other tests' in the builder. */
	readonly nonce: string;
	readonly dir: string;
	readonly root: string;
	/** Writes a build context: busybox on scratch, then these Dockerfile lines; `@` becomes the nonce. */
	readonly context: (steps?: readonly string[], name?: string) => string;
	/** A job on a runner called `runner`; a second of that name is the same runner's next job. */
	readonly job: (runner?: string, options?: JobOptions) => Job;
	/** A step with a name, this scene's cache root, and no cleanup of the engine, unless given. */
	readonly step: (job: Job, inputs?: Readonly<Record<string, string>>) => Step;
	/** A whole job of one step: main, then post. */
	readonly run: (inputs: Readonly<Record<string, string>>, runner?: string) => Promise<Ran>;
	/** Empties the builder and the engine's image store; only for a scene that is alone on its engine. */
	readonly forget: () => Promise<void>;
	/** What lies in a berth. */
	readonly berth: (encoded?: string) => Berth;
	/** The names of the job records. */
	readonly records: () => string[];
};

export type JobOptions = {
	readonly event?: { name: string; payload: unknown };
	readonly env?: NodeJS.ProcessEnv;
};

/** What a job's two steps came to. */
export type Ran = { readonly main: StepResult; readonly post: StepResult };

/** The container name of a scene's jobs that name none. */
export const berthName = "app";

/** Sets a scene up on an engine that other test files may use, too; it is cleared away after the test. */
export async function newScene(t: TestContext, store: Store = "containerd"): Promise<Scene> {
	return sceneOn(t, await engine(store));
}

/**
 * The same on an engine of this file's own, for tests that empty its builder: a prune while somebody builds can make
 * BuildKit (seen with 0.25) export no cache, "skipping cache export for empty result". No two such tests may overlap.
 */
export async function newSceneAlone(t: TestContext): Promise<Scene> {
	own ??= startTestEngine("containerd");
	const { engine: alone } = await own;
	const forget = async () => {
		await dockerOrThrow(alone, ["image", "prune", "--all", "--force"]);
		await emptyBuilder(alone);
	};
	t.after(forget);
	return { ...sceneOn(t, alone), forget };
}

let own: Promise<OwnedTestEngine> | undefined;

after(async () => {
	await (await own)?.stop();
});

/** A scene on an engine that the test file itself has started. */
export function sceneOn(t: TestContext, on: TestEngine): Scene {
	const dir = mkdtempSync("/var/tmp/berth-scene-");
	const nonce = `nonce${randomBytes(6).toString("hex")}`;
	const root = join(dir, "root");
	const scene: Scene = {
		engine: on,
		nonce,
		dir,
		root,
		context: (steps = [], name = "context") => writeContext(join(dir, name), { engine: on, nonce, steps }),
		job: (runner = "runner", { event, env } = {}) =>
			newJob(
				{ ...cleanEnvironment(), ...on.env, ...env },
				{ dir: join(dir, runner), ...(event ? { event } : {}) },
			),
		// Other test files' images are in the engine, too.
		step: (job, inputs = {}) =>
			newStep(job, { name: berthName, "cache-root": root, cleanup: "off", ...inputs }),
		run: async (inputs, runner) => {
			const step = scene.step(scene.job(runner), inputs);
			const main = await step.main();
			return { main, post: await step.post() };
		},
		forget: () => Promise.reject(new Error("other test files build on this engine")),
		berth: (encoded = berthName) => berthIn(root, encoded),
		records: () => entries(join(root, "jobs")),
	};
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return scene;
}

/** What a job's own script, in the environment that the action left for it, came to. */
export type Script = { readonly code: number | null; readonly log: string };

/** Runs a line of a workflow's own `run:` step, as its shell would. */
export async function runScript(
	job: Job,
	line: string,
	exported: StepResult["exported"] = {},
): Promise<Script> {
	const options = { env: { ...job.env, ...exported }, cwd: job.env["GITHUB_WORKSPACE"] ?? job.dir };
	const { code, stdout, stderr } = await run("sh", ["-c", line], options);
	return { code, log: `${stdout}${stderr}` };
}

/** The Dockerfile steps in a log that the builder took from a cache, and those that it ran, in order. */
export function stepsIn(log: string): { readonly cached: string[]; readonly ran: string[] } {
	const steps = new Map<string, { title: string; fetched: boolean; extracted: boolean }>();
	const found = { cached: [] as string[], ran: [] as string[] };
	for (const line of log.split("\n")) {
		const [, id = "", text = ""] = /^#(\d+) (.*)$/.exec(line) ?? [];
		const title = /^\[(?:[\w.-]+ )?\d+\/\d+\] (.*)$/.exec(text)?.[1];
		if (title !== undefined && !steps.has(id)) steps.set(id, { title, fetched: false, extracted: false });
		const step = steps.get(id);
		if (step === undefined) continue;
		// A layer that is fetched for itself is a cached step's; one that a step is run upon is extracted, too.
		if (/^sha256:[0-9a-f]{64} /.test(text)) step.fetched = true;
		if (text.startsWith("extracting ")) step.extracted = true;
		const done = text.startsWith("DONE ");
		const onlyFetched = step.fetched && !step.extracted;
		if (text === "CACHED" || (done && onlyFetched)) found.cached.push(step.title);
		else if (done) found.ran.push(step.title);
	}
	return { cached: [...new Set(found.cached)], ran: found.ran };
}

/** Asserts that a step ended well, its log being the message if it did not. */
export function succeeded(result: StepResult): void {
	assert.equal(result.code, 0, result.log);
	assert.deepEqual(result.errors, [], result.log);
}

/** Runs a job that is to succeed without a warning. */
export async function built(scene: Scene, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
	const { main } = await scene.run(inputs);
	succeeded(main);
	assert.deepEqual(main.warnings, []);
	return main;
}

type Content = { readonly engine: TestEngine; readonly nonce: string; readonly steps: readonly string[] };

function writeContext(dir: string, { engine: { busybox }, nonce, steps }: Content): string {
	mkdirSync(dir, { recursive: true });
	copyFileSync(busybox, join(dir, "busybox"));
	// Two contexts of one scene share no step: the builder would run it once for both.
	writeFileSync(join(dir, nonce), dir);
	// Debian's busybox needs no links to its applets: its shell knows them all.
	const base = ["FROM scratch AS base", 'SHELL ["/bin/busybox", "sh", "-c"]', `COPY busybox ${nonce} /bin/`];
	const lines = [...base, ...steps];
	writeFileSync(join(dir, "Dockerfile"), `${lines.join("\n").replaceAll("@", nonce)}\n`);
	return dir;
}

// These tests may run in a workflow, whose own settings are not the scene's.
function cleanEnvironment(): NodeJS.ProcessEnv {
	const foreign = /^(?:GITHUB_|RUNNER_|ACTIONS_|INPUT_|STATE_|NODE_TEST_|BUILDX_|BUILDKIT_|BERTH_)/;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
