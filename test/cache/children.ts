import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Host } from "./as-host.ts";
import { scratch } from "./jobs.ts";

export type Ended = {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stderr: string;
	/** What the program printed, read as JSON; undefined if it printed nothing. */
	readonly said: unknown;
};

type Program = {
	readonly args?: readonly string[];
	readonly preload?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** The machine that it is to run on; this one unless given. */
	readonly host?: Host;
};

// Mounts and the machine's name are then the process's own, and gone with it.
const asAnother = ["unshare", "--mount", "--uts", "--propagation", "private"];

/** Runs one of this directory's programs in a process of its own. */
export function run(program: string, { args = [], preload, env = {}, host }: Program): Promise<Ended> {
	const loaded = [...(host === undefined ? [] : ["as-host.ts"]), ...(preload === undefined ? [] : [preload])];
	const preloads = loaded.flatMap((each) => ["--import", join(import.meta.dirname, each)]);
	const argv = [
		"--disable-warning=ExperimentalWarning",
		...preloads,
		join(import.meta.dirname, program),
		...args,
	];
	return new Promise((resolve, reject) => {
		const [file = "", ...before] = [...(host === undefined ? [] : asAnother), process.execPath];
		const child = spawn(file, [...before, ...argv], {
			env: { ...process.env, ...env, ...(host === undefined ? {} : { HOST: JSON.stringify(host) }) },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const [out, err]: [Buffer[], Buffer[]] = [[], []];
		child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
		child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
		child.on("error", reject);
		child.on("close", (code, signal) => {
			const text = Buffer.concat(out).toString();
			const stderr = Buffer.concat(err).toString();
			resolve({ code, signal, stderr, said: text === "" ? undefined : JSON.parse(text) });
		});
	});
}

/** Lets the children of one test start in half the time: what Node compiled is kept for the next of them. */
export function compileCache(t: TestContext): Record<string, string> {
	return { NODE_COMPILE_CACHE: scratch(t) };
}

/** Whether a test can't be run here, being about several users. */
// On CI a test that can't run is a failure, not a skip.
export const needsRoot =
	process.getuid?.() === 0 || process.env["CI"] ? false : "only root can act as other users";
