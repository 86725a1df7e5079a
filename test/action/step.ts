import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommandFile } from "../../src/demo/action-step.ts";
import { type Command, obeyedCommands } from "./commands.ts";

/** What the runner would have of a step that ran: its log, and the files the step wrote for it. */
export type StepResult = {
	readonly code: number | null;
	readonly log: string;
	readonly outputs: Readonly<Record<string, string>>;
	readonly exported: Readonly<Record<string, string>>;
	readonly summary: string;
	/** The workflow commands in the log that the runner would obey, in order, but for those that fold it. */
	readonly obeyed: readonly Command[];
	/** What of them the runner shows as errors or warnings. */
	readonly errors: readonly string[];
	readonly warnings: readonly string[];
};

/** A step's process while it runs. */
export type Running = {
	readonly ended: Promise<StepResult>;
	/** Resolves once the log has the text; rejects if the process ends without having said it. */
	readonly says: (text: string) => Promise<void>;
	/** Kills the process and, unless it is to be alone, all that it started. */
	readonly kill: (whom: "alone" | "with children") => void;
};

/** One job of a workflow, on a runner of its own work directory unless told otherwise. */
export type Job = { readonly dir: string; readonly env: NodeJS.ProcessEnv };

/** A step of the action in a job: main first, then its post step with the state that main left. */
export type Step = {
	readonly main: () => Promise<StepResult>;
	readonly post: () => Promise<StepResult>;
	/** Starts main and hands over the process, for tests that kill it. */
	readonly startMain: () => Running;
};

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));
let jobs = 0;

/** A job as the runner sets it up; a second one on the same `dir` is the same runner's next job. */
export function newJob(
	env: NodeJS.ProcessEnv,
	options: { dir?: string; event?: { name: string; payload: unknown } } = {},
): Job {
	const dir = options.dir ?? mkdtempSync(join(tmpdir(), "berth-job-"));
	// The runner empties its temporary directory before every job.
	rmSync(join(dir, "temp"), { recursive: true, force: true });
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
	const start = (entry: "main" | "post"): Running => {
		const phase = join(files, entry);
		const running = launch(entry, {
			...job.env,
			...asInputs(inputs),
			...asState(state),
			...commandFiles(phase),
		});
		const ended = running.ended.then(({ code, log }) => {
			Object.assign(state, readCommandFile(join(phase, "state")));
			return resultOf(phase, code, log);
		});
		return { ...running, ended };
	};
	return { main: () => start("main").ended, post: () => start("post").ended, startMain: () => start("main") };
}

type Launched = Omit<Running, "ended"> & { readonly ended: Promise<{ code: number | null; log: string }> };

function launch(entry: string, env: NodeJS.ProcessEnv): Launched {
	const cwd = env["GITHUB_WORKSPACE"];
	const child = spawn(process.execPath, [join(dist, entry, "index.js")], {
		env,
		...(cwd ? { cwd } : {}),
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	const chunks: Buffer[] = [];
	const log = () => Buffer.concat(chunks).toString("utf8");
	const ended = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, log: log() }));
	});
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
	const says = (text: string) =>
		new Promise<void>((resolve, reject) => {
			const look = () => {
				if (log().includes(text)) resolve();
			};
			for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
			child.on("close", () => reject(new Error(`it ended without saying ${text}: ${log()}`)));
			look();
		});
	const kill = (whom: "alone" | "with children") => {
		if (child.pid !== undefined) process.kill(whom === "alone" ? child.pid : -child.pid, "SIGKILL");
	};
	return { ended, says, kill };
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
	const obeyed = obeyedCommands(log).filter(({ name }) => name !== "group" && name !== "endgroup");
	const said = (name: string) => obeyed.filter((each) => each.name === name).map((each) => each.data);
	return {
		code,
		log,
		outputs: readCommandFile(join(phase, "output")),
		exported: readCommandFile(join(phase, "env")),
		summary: readFileSync(join(phase, "summary"), "utf8"),
		obeyed,
		errors: said("error"),
		warnings: said("warning"),
	};
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
