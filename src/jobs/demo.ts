import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep, type StepRun } from "../demo/action-step.ts";
import { copySample, countSteps } from "../demo/sample.ts";
import { renderTable } from "../demo/table.ts";
import type { RunReport } from "../report/report.ts";
import { humanBytes, humanSeconds } from "../report/units.ts";
import { lastLines, run } from "../throwaway/command.ts";
import { type Stage, type StageRequest, setStage } from "./demo-stage.ts";

/** What the demo is given: where the action lies, and the engine that `docker` itself would use. */
export type DemoRequest = StageRequest & {
	/** The action's own directory, with `dist` and `sample` in it. */
	readonly action: string;
	/** Where the berth is kept; without it in a folder that is removed afterwards. */
	readonly cacheRoot: string | undefined;
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

/** Builds the sample twice as a runner would run the action, the builder emptied of it in between. */
export async function demo(request: DemoRequest): Promise<DemoOutcome> {
	const dir = mkdtempSync(join(tmpdir(), "berth-demo-"));
	try {
		const stage = await setStage(request, join(dir, "base"));
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
		// What else goes on in the user's engine is none of the demo's.
		cleanup: "off",
		"keep-base-images": "false",
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
