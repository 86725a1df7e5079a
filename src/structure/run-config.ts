import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Doorman, Engine } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { durationText } from "../runner/durations.ts";
import { linesOfTests } from "./config-lines.ts";
import { type Ended, runToEnd } from "./ended.ts";
import { type Findings, readReport } from "./read-report.ts";
import { newRun, structureTestLabel, sweep } from "./sweep.ts";
import type { ConfigVerdict } from "./verdict.ts";

/** One config to run against one image in the engine. */
export type ConfigRun = {
	readonly image: string;
	readonly config: string;
	readonly binary: string;
	readonly timeoutMs: number;
	/** As `docker run` takes it; without one container-structure-test asks for the platform it was built for. */
	readonly platform: string | undefined;
};

/** What a run works with. */
export type RunTools = {
	readonly engine: Engine;
	/** Of the same engine. */
	readonly upkeep: Upkeep;
	readonly env: NodeJS.ProcessEnv;
	readonly tempDir: string;
	/** Ends the run early. */
	readonly told: AbortSignal;
	/** The id that a later cleanup knows the job by. */
	readonly owner?: string | undefined;
};

/** A verdict, and what of the run is left in the engine, a line each. */
export type RanConfig = { readonly verdict: ConfigVerdict; readonly left: readonly string[] };

const longestReport = 64 * 1024 * 1024;

/**
 * Runs container-structure-test for one config against one image, in a process of its own that reaches the engine
 * through a doorman. However that ends, what it made in the engine is gone when this returns.
 */
export async function runConfig(run: ConfigRun, tools: RunTools): Promise<RanConfig> {
	const began = performance.now();
	const label = `${structureTestLabel}=${newRun(run.timeoutMs, tools.owner)}`;
	const verdict = ({ tests, problem }: Findings): ConfigVerdict => {
		const { image, config } = run;
		return { image, config, seconds: (performance.now() - began) / 1000, tests, problem };
	};
	if (tools.told.aborted) return { verdict: verdict(failed("was not begun")), left: [] };
	const door = await tools.engine.openDoor(label, tools.tempDir);
	if (door.kind === "refused") return { verdict: verdict(failed(door.problem)), left: [] };
	try {
		const findings = await placed(await runThrough(door, run, tools), run.config);
		return { verdict: verdict(findings), left: await shut(door, label, tools) };
	} catch (error) {
		await shut(door, label, tools);
		throw error;
	}
}

// Every test is looked up, in order: of tests with one name the second is the second of that name in the config.
async function placed({ tests, problem }: Findings, config: string): Promise<Findings> {
	if (tests.length === 0) return { tests, problem };
	const lineOf = await linesOfTests(textOf(config) ?? "");
	return { tests: tests.map((test) => ({ ...test, line: lineOf(test.name) })), problem };
}

async function shut(door: Doorman, label: string, { upkeep }: RunTools): Promise<readonly string[]> {
	await door.close();
	return sweep(upkeep, label);
}

async function runThrough(
	door: Doorman,
	run: ConfigRun,
	{ env, tempDir, told }: RunTools,
): Promise<Findings> {
	const { image, config, binary, timeoutMs, platform } = run;
	const dir = mkdtempSync(join(tempDir, "berth-structure-test-"));
	try {
		const report = join(dir, "report.json");
		const args = [
			...["test", `--image=${image}`, `--config=${config}`, "--output=json", `--test-report=${report}`],
			...["--no-color", ...(platform === undefined ? [] : [`--platform=${platform}`])],
		];
		let running: string | undefined;
		const ended = await runToEnd(
			{ file: binary, args, env: environment(env, door.host), timeoutMs, told },
			() => {
				running = door.running();
			},
		);
		return findingsOf(ended, report, { binary, timeoutMs, running });
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function findingsOf(
	ended: Ended,
	report: string,
	{
		binary,
		timeoutMs,
		running,
	}: Pick<ConfigRun, "binary" | "timeoutMs"> & { readonly running: string | undefined },
): Findings {
	const still = running === undefined ? "" : `; ${JSON.stringify(running)} was still running`;
	if (ended.kind === "not-run") return failed(`${JSON.stringify(binary)} can't be run: ${ended.reason}`);
	if (ended.kind === "told") return failed(`was ended before it was done${still}`);
	if (ended.kind === "too-long")
		return failed(`took longer than ${durationText(timeoutMs)} and was ended${still}`);
	const text = textOf(report);
	return text === undefined
		? failed(`its report is larger than ${longestReport / 1024 / 1024} MiB`)
		: readReport({ ...ended, report: text });
}

function failed(reason: string): Findings {
	return { tests: [], problem: { reason, line: null } };
}

// Empty if it can't be read, as when it ended before it opened its report; undefined if it is too large.
function textOf(file: string): string | undefined {
	try {
		return statSync(file).size > longestReport ? undefined : readFileSync(file, "utf8");
	} catch {
		return "";
	}
}

/** The environment that configs may refer to, but for whom it reaches the engine by. */
function environment(env: NodeJS.ProcessEnv, host: string): NodeJS.ProcessEnv {
	const {
		DOCKER_TLS_VERIFY: _verify,
		DOCKER_CERT_PATH: _certificates,
		DOCKER_CONTEXT: _context,
		...others
	} = env;
	return { ...others, DOCKER_HOST: host };
}
