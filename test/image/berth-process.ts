import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a user sees of `berth` once it has ended. */
export type Ended = {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
};

/** A `berth` that runs. */
export type Running = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

const program = fileURLToPath(new URL("../../src/entry/cli.ts", import.meta.url));

/** Starts the command line as a process of its own. */
export function startBerth(env: NodeJS.ProcessEnv, ...args: readonly string[]): Running {
	const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
	const texts = { stdout: "", stderr: "" };
	for (const name of ["stdout", "stderr"] as const) {
		child[name].setEncoding("utf8");
		child[name].on("data", (text: string) => (texts[name] += text));
	}
	const ended = new Promise<Ended>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ code, signal, ...texts }));
	});
	return { child, ended };
}

/** Runs the command line to its end. */
export function berth(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Ended> {
	return startBerth(env, ...args).ended;
}

/** The lines of a text that ends with a line's end, or is empty. */
export function linesOf(text: string): string[] {
	return text.split("\n").slice(0, -1);
}
