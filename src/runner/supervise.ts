import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { unobeyed } from "./unobeyed.ts";

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** How long a process that was told to end may still take. */
const graceMs = 5_000;

/**
 * Runs this program once more, with `args`, and waits for it no longer than its time: then, or when this process is told
 * to end, it is told to end, and soon after killed. Whatever becomes of it (it may run out of memory, or hang where no
 * signal reaches it) is a line at most. What it prints goes through line by line, as nothing but text.
 */
export async function superviseMyself(args: readonly string[], timeoutMs: number): Promise<void> {
	process.stdout.on("error", () => undefined);
	const [node, program = ""] = process.argv;
	const child = spawn(node ?? process.execPath, [...process.execArgv, program, ...args], {
		stdio: ["ignore", "pipe", "pipe"],
		// Its own group, so that what it has started goes with it.
		detached: true,
	});
	for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", sayPlainly);
	const ended = new Promise<void>((resolve) => {
		child.on("close", (code, signal) => {
			if (code !== 0) sayPlainly(`Berth's hook ended with ${signal ?? code}`);
			resolve();
		});
		child.on("error", (error) => resolve(sayPlainly(`Berth's hook could not be started: ${error.message}`)));
	});
	await Promise.race([ended, outOfTime(child, timeoutMs)]);
}

/** Prints a line; one that can't be printed is not worth failing for. */
export function sayPlainly(line: string): void {
	process.stdout.write(`${unobeyed(line)}\n`);
}

async function outOfTime(child: Child, timeoutMs: number): Promise<void> {
	await new Promise<void>((resolve) => {
		setTimeout(() => {
			sayPlainly("Berth's hook is out of time and ends early; BERTH_HOOK_TIMEOUT gives it more");
			resolve();
		}, timeoutMs);
		for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
	});
	signalTo(child, "SIGTERM");
	await new Promise((resolve) => setTimeout(resolve, graceMs));
	signalTo(child, "SIGKILL");
}

function signalTo({ pid }: Child, signal: NodeJS.Signals): void {
	try {
		if (pid !== undefined) process.kill(-pid, signal);
	} catch {
		// It has ended meanwhile.
	}
}
