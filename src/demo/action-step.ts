import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the runner gives a step of the action. */
export type StepSetup = {
	/** The directory with the bundles of the entries. */
	readonly dist: string;
	/** The runner's work directory, the same for all its jobs. */
	readonly runnerDir: string;
	readonly inputs: Readonly<Record<string, string>>;
	readonly env: NodeJS.ProcessEnv;
	/** Tells the runner's jobs apart. */
	readonly runId: string;
};

/** What the runner has of a step when its post step is done. */
export type StepRun = {
	/** 0 if both phases ended well. */
	readonly code: number;
	readonly log: string;
	readonly outputs: Readonly<Record<string, string>>;
	readonly seconds: number;
};

/** Runs a step as the runner does: main, then post with main's state, talking through files. */
export async function runStep(setup: StepSetup): Promise<StepRun> {
	const began = performance.now();
	mkdirSync(setup.runnerDir, { recursive: true });
	const files = mkdtempSync(join(setup.runnerDir, "step-"));
	const env = { ...setup.env, ...runnerEnvironment(setup, files) };
	const main = await runPhase(join(setup.dist, "main", "index.js"), env);
	const state = Object.entries(readCommandFile(join(files, "GITHUB_STATE"))).map(([name, value]) => [
		`STATE_${name}`,
		value,
	]);
	const post = await runPhase(join(setup.dist, "post", "index.js"), { ...env, ...Object.fromEntries(state) });
	return {
		code: main.code || post.code,
		log: `${main.log}${post.log}`,
		outputs: readCommandFile(join(files, "GITHUB_OUTPUT")),
		seconds: (performance.now() - began) / 1000,
	};
}

function runnerEnvironment({ inputs, runnerDir, runId }: StepSetup, files: string): Record<string, string> {
	const commandFiles = ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"].map((name) => {
		appendFileSync(join(files, name), "");
		return [name, join(files, name)];
	});
	const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
	return {
		...Object.fromEntries([...commandFiles, ...given]),
		RUNNER_NAME: "demo",
		RUNNER_TEMP: files,
		GITHUB_WORKSPACE: runnerDir,
		GITHUB_RUN_ID: runId,
		GITHUB_EVENT_NAME: "push",
	};
}

function runPhase(file: string, env: NodeJS.ProcessEnv): Promise<{ code: number; log: string }> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] });
		const chunks: Buffer[] = [];
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk: Buffer) => chunks.push(chunk));
		child.on("error", reject);
		child.on("close", (code) => resolve({ code: code ?? 1, log: Buffer.concat(chunks).toString("utf8") }));
	});
}

/** Reads what a step wrote for the runner, GITHUB_OUTPUT and its like: `name<<delimiter`, lines, `delimiter`. */
export function readCommandFile(path: string): Record<string, string> {
	const entries = readFileSync(path, "utf8").matchAll(/^(.+?)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
	return Object.fromEntries([...entries].map(([, name, , value]) => [name ?? "", value ?? ""]));
}
