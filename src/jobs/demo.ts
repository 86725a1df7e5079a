import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBuilder } from "../build/builder.ts";
import { runStep, type StepRun } from "../demo/action-step.ts";
import { copySample, countSteps } from "../demo/sample.ts";
import { renderTable } from "../demo/table.ts";
import type { Engine } from "../engine/engine.ts";
import type { RunReport } from "../report/report.ts";
import { humanBytes, humanSeconds } from "../report/units.ts";
import { lastLines, run } from "../throwaway/command.ts";
import { unpackPackages } from "../throwaway/debian-packages.ts";
import { startThrowawayEngine } from "../throwaway/engine.ts";

/** What the demo is given: where the action lies, and the engine that `docker` itself would use. */
export type DemoRequest = {
	/** The action's own directory, with `dist` and `sample` in it. */
	readonly action: string;
	readonly env: NodeJS.ProcessEnv;
	readonly engine: Engine;
	/** Where the berth is kept; without it in a folder that is removed afterwards. */
	readonly cacheRoot: string | undefined;
	/** Says what goes on, a line at a time. */
	readonly say: (line: string) => void;
};

/** What the demo showed: the table, and the same as data; or one line that says why there is none. */
export type DemoOutcome =
	| { readonly kind: "shown"; readonly table: string; readonly runs: readonly DemoRun[] }
	| { readonly kind: "failed"; readonly problem: string };

/** One run of the action on the sample. */
export type DemoRun = {
	readonly steps: number;
	readonly cached: number;
	readonly bytesReused: number;
	readonly bytesWritten: number;
	readonly buildSeconds: number;
	readonly seconds: number;
};

/** Where the demo plays; without a base of its own the sample takes one from a registry. */
type Stage = {
	readonly env: NodeJS.ProcessEnv;
	readonly base: string | undefined;
	readonly leave: () => Promise<void>;
};

const ownBase = "berth-demo/base:latest";

/** Builds the sample twice as a runner would run the action, the builder emptied of it in between. */
export async function demo(request: DemoRequest): Promise<DemoOutcome> {
	const dir = mkdtempSync(join(tmpdir(), "berth-demo-"));
	try {
		const stage = await setStage(request, dir);
		if ("problem" in stage) return { kind: "failed", problem: stage.problem };
		try {
			return await play(request, stage, dir);
		} finally {
			await stage.leave();
		}
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

async function setStage(
	{ env, engine, say }: DemoRequest,
	dir: string,
): Promise<Stage | { problem: string }> {
	const unfit = await whyUnfit(env, engine);
	if (unfit === undefined) {
		const base = await makeBase(await debianBusybox(), env, join(dir, "base"));
		return {
			env,
			base,
			leave: async () => void (base && (await run("docker", ["image", "rm", base], { env }))),
		};
	}
	say(`This machine's engine won't do (${unfit}): starting a throwaway one from Debian's packages`);
	const started = await startThrowawayEngine({ store: "containerd" });
	if (!started.ok) return { problem: `no engine to show this on: ${unfit}; and ${started.message}` };
	const { engine: own } = started;
	say(`Docker Engine ${own.engineVersion} runs until the demo ends`);
	const ownEnv = { ...env, ...own.env };
	return { env: ownEnv, base: await makeBase(own.busybox, ownEnv, join(dir, "base")), leave: own.stop };
}

// Elsewhere than on Debian there is none, and the sample's own base comes from a registry.
async function debianBusybox(): Promise<string | undefined> {
	const unpacked = await unpackPackages({ suite: "bookworm", names: ["busybox-static"] });
	return unpacked.ok ? join(unpacked.root, "bin", "busybox") : undefined;
}

async function whyUnfit(env: NodeJS.ProcessEnv, engine: Engine): Promise<string | undefined> {
	const answer = await engine.info();
	if (answer.kind === "unreachable") return "none answers";
	const found = await findBuilder(async (program, args) => {
		const { code, stdout, stderr } = await run(program, args, { env });
		return { kind: "exited", code: code ?? 1, stdout, stderr };
	}, undefined);
	if (found.kind === "none") return found.problem;
	return found.builder.exportsCache
		? undefined
		: "its builder can't export a cache on the graph-driver image store";
}

async function makeBase(
	busybox: string | undefined,
	env: NodeJS.ProcessEnv,
	dir: string,
): Promise<string | undefined> {
	if (busybox === undefined) return undefined;
	mkdirSync(dir);
	copyFileSync(busybox, join(dir, "busybox"));
	const steps = [
		"FROM scratch",
		"COPY busybox /bin/busybox",
		'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
	];
	writeFileSync(join(dir, "Dockerfile"), `${steps.join("\n")}\n`);
	const built = await run("docker", ["buildx", "build", "--quiet", "--load", "--tag", ownBase, dir], { env });
	return built.code === 0 ? ownBase : undefined;
}

async function play(request: DemoRequest, stage: Stage, dir: string): Promise<DemoOutcome> {
	// Letters and digits alone: BuildKit's filters know no others without quotes.
	const nonce = `berthdemo${Date.now().toString(36)}`;
	const context = join(dir, "context");
	copySample(join(request.action, "sample"), context, nonce);
	const inputs = {
		name: "demo",
		context,
		tags: `${nonce}:latest`,
		"cache-root": request.cacheRoot ?? join(dir, "cache"),
		...(stage.base === undefined ? {} : { "build-args": `BASE=${stage.base}` }),
	};
	const runs: DemoRun[] = [];
	for (const title of [
		"First run: nothing is cached",
		"Second run: the builder is empty again, the berth is not",
	]) {
		request.say(title);
		const setup = { dist: join(request.action, "dist"), runnerDir: join(dir, "runner"), env: stage.env };
		const ran = await runStep({ ...setup, inputs, runId: String(runs.length + 1) });
		const problem = await forget(nonce, stage.env);
		if (ran.code !== 0) return { kind: "failed", problem: `the action failed:\n${lastLines(ran.log, 25)}` };
		if (problem !== undefined) return { kind: "failed", problem };
		runs.push(asDemoRun(ran));
	}
	return { kind: "shown", table: tableOf(runs), runs };
}

// Only the demo's own image and records go: they alone have the nonce in their name. The image first, as BuildKit
// keeps the records whose layers an image has.
async function forget(nonce: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
	await run("docker", ["image", "rm", `${nonce}:latest`], { env });
	await run("docker", ["buildx", "prune", "--force", "--filter", `description~=${nonce}`], { env });
	const left = await run("docker", ["buildx", "du", "--verbose"], { env });
	if (left.code === 0 && !left.stdout.includes(nonce)) return undefined;
	return "the builder could not be emptied of the sample, so a second run would show nothing";
}

function asDemoRun({ log, outputs, seconds }: StepRun): DemoRun {
	const report = JSON.parse(outputs["summary"] ?? "{}") as RunReport;
	const { total, cached } = countSteps(log);
	return {
		steps: total,
		cached,
		bytesReused: Number(outputs["cache-bytes-reused"] ?? 0),
		bytesWritten: Number(outputs["cache-bytes-written"] ?? 0),
		buildSeconds: report.build?.seconds ?? 0,
		seconds,
	};
}

function tableOf(runs: readonly DemoRun[]): string {
	const row = (title: string, cell: (each: DemoRun) => string) => [title, ...runs.map(cell)];
	return renderTable([
		["", ...runs.map((_, at) => `run ${at + 1}`)],
		row("steps from the cache", ({ cached, steps }) => `${cached} of ${steps}`),
		row("cache reused", ({ bytesReused }) => humanBytes(bytesReused)),
		row("cache written", ({ bytesWritten }) => humanBytes(bytesWritten)),
		row("build", ({ buildSeconds }) => humanSeconds(buildSeconds)),
		row("whole step, post step included", ({ seconds }) => humanSeconds(seconds)),
	]);
}
