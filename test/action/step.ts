import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the runner would have of a step that ran: its log, and the files the step wrote for it. */
export type StepResult = {
	readonly code: number | null;
	readonly log: string;
	readonly outputs: Readonly<Record<string, string>>;
	readonly exported: Readonly<Record<string, string>>;
	readonly summary: string;
	/** The lines of the log that the runner shows as errors or warnings. */
	readonly errors: readonly string[];
	readonly warnings: readonly string[];
};

/** One job of a workflow, on a runner of its own work directory unless told otherwise. */
export type Job = { readonly dir: string; readonly env: NodeJS.ProcessEnv };

/** A step of the action in a job: main first, then its post step with the state that main left. */
export type Step = {
	readonly main: () => Promise<StepResult>;
	readonly post: () => Promise<StepResult>;
	/** Starts main and hands over the process, for tests that kill it. */
	readonly startMain: () => { readonly pid: number; readonly ended: Promise<StepResult> };
};

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
let jobs = 0;

/** A job as the runner sets it up; a second one on the same `dir` is the same runner's next job. */
export function newJob(
	env: NodeJS.ProcessEnv,
	options: { dir?: string; event?: { name: string; payload: unknown } } = {},
): Job {
	const dir = options.dir ?? mkdtempSync(join(tmpdir(), "berth-job-"));
	for (const name of ["temp", "workspace"]) mkdirSync(join(dir, name), { recursive: true });
	const event = join(dir, `event-${++jobs}.json`);
	writeFileSync(event, JSON.stringify(options.event?.payload ?? {}));
	return {
		dir,
		env: {
			...env,
			RUNNER_NAME: "test",
			RUNNER_TEMP: join(dir, "temp"),
			GITHUB_WORKSPACE: join(dir, "workspace"),
			GITHUB_EVENT_NAME: options.event?.name ?? "push",
			GITHUB_EVENT_PATH: event,
			GITHUB_RUN_ID: String(1000 + jobs),
			GITHUB_RUN_ATTEMPT: "1",
			GITHUB_JOB: "test",
			GITHUB_REPOSITORY: "owner/repository",
			GITHUB_SERVER_URL: "https://github.example",
		},
	};
}

/** Removes what a job left in its directory. */
export function removeJob(job: Job): void {
	rmSync(job.dir, { recursive: true, force: true });
}

/** A step with these inputs; `action.yml`'s defaults are filled in as the runner does. */
export function newStep(job: Job, inputs: Readonly<Record<string, string>>): Step {
	const files = mkdtempSync(join(job.dir, "step-"));
	const state: Record<string, string> = {};
	const start = (entry: "main" | "post") => {
		const phase = join(files, entry);
		const child = launch(
			entry,
			{ ...job.env, ...asInputs(inputs), ...asState(state), ...commandFiles(phase) },
			job,
		);
		const ended = child.ended.then(({ code, log }) => {
			Object.assign(state, readCommands(join(phase, "state")));
			return resultOf(phase, code, log);
		});
		return { pid: child.pid, ended };
	};
	return { main: () => start("main").ended, post: () => start("post").ended, startMain: () => start("main") };
}

function launch(
	entry: string,
	env: NodeJS.ProcessEnv,
	job: Job,
): { pid: number; ended: Promise<{ code: number | null; log: string }> } {
	const cwd = job.env["GITHUB_WORKSPACE"];
	const child = spawn(process.execPath, [join(dist, entry, "index.js")], {
		env,
		...(cwd ? { cwd } : {}),
		stdio: ["ignore", "pipe", "pipe"],
	});
	const chunks: Buffer[] = [];
	child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
	child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
	const ended = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, log: Buffer.concat(chunks).toString("utf8") }));
	});
	return { pid: child.pid ?? 0, ended };
}

function commandFiles(phase: string): Record<string, string> {
	mkdirSync(phase, { recursive: true });
	const file = (name: string) => {
		writeFileSync(join(phase, name), "", { flag: "a" });
		return join(phase, name);
	};
	return {
		GITHUB_OUTPUT: file("output"),
		GITHUB_STATE: file("state"),
		GITHUB_ENV: file("env"),
		GITHUB_STEP_SUMMARY: file("summary"),
	};
}

function resultOf(phase: string, code: number | null, log: string): StepResult {
	const lines = log.split("\n");
	const said = (command: string) =>
		lines.filter((line) => line.startsWith(`::${command}::`)).map((line) => line.slice(command.length + 4));
	return {
		code,
		log,
		outputs: readCommands(join(phase, "output")),
		exported: readCommands(join(phase, "env")),
		summary: readFileSync(join(phase, "summary"), "utf8"),
		errors: said("error"),
		warnings: said("warning"),
	};
}

// GITHUB_OUTPUT and its like: `name<<delimiter`, lines, `delimiter`.
function readCommands(path: string): Record<string, string> {
	const found: Record<string, string> = {};
	for (const [, name, , value] of readFileSync(path, "utf8").matchAll(/^(.+?)<<(\S+)\n([\s\S]*?)\n?\2$/gm)) {
		if (name !== undefined) found[name] = value ?? "";
	}
	return found;
}

function asInputs(inputs: Readonly<Record<string, string>>): Record<string, string> {
	const all = { ...actionDefaults(), ...inputs };
	return Object.fromEntries(
		Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
	);
}

function asState(state: Readonly<Record<string, string>>): Record<string, string> {
	return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

function actionDefaults(): Record<string, string> {
	const text = readFileSync(new URL("../../action.yml", import.meta.url), "utf8");
	const inputs = /^inputs:\n([\s\S]*?)^\S/m.exec(text)?.[1] ?? "";
	const found: Record<string, string> = {};
	for (const [, name, body] of inputs.matchAll(/^ {2}([\w-]+):\n((?: {4}.*\n)*)/gm)) {
		const value = /^ {4}default: *"?([^"\n]*)"?$/m.exec(body ?? "")?.[1];
		if (name !== undefined) found[name] = value ?? "";
	}
	return found;
}
