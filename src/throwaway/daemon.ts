import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { lastLines } from "./command.ts";

/** A server that runs on its own behind this process, its words going to a log file. */
export interface Daemon {
	readonly child: ChildProcess;
	readonly log: string;
	/** Resolves when the process has ended or could not be started; never rejects. */
	readonly ended: Promise<void>;
}

const pollMs = 50;

/** Starts a server in a session of its own, so that a Ctrl-C meant for us does not reach it first. */
export function startDaemon(
	file: string,
	args: readonly string[],
	{ env, log }: { readonly env: NodeJS.ProcessEnv; readonly log: string },
): Daemon {
	const output = openSync(log, "a");
	const child = spawn(file, args, { env, detached: true, stdio: ["ignore", output, output] });
	closeSync(output);
	const ended = new Promise<void>((resolve) => {
		child.once("exit", () => resolve());
		child.once("error", () => resolve());
	});
	// A forgotten server must not keep this process alive; leaving stops it.
	child.unref();
	return { child, log, ended };
}

/** Waits until `isReady`; gives up at once when the server ends, and after the bound in any case. */
export async function waitUntilReady(
	daemon: Daemon,
	isReady: () => Promise<boolean>,
	boundMs: number,
): Promise<boolean> {
	const bound = AbortSignal.timeout(boundMs);
	let over = false;
	void daemon.ended.then(() => {
		over = true;
	});
	while (!over && !bound.aborted) {
		if (await isReady()) return true;
		await delay(pollMs);
	}
	return false;
}

/** Asks the server to end and, after the bound, makes it. */
export async function stopDaemon(daemon: Daemon, boundMs: number): Promise<void> {
	daemon.child.ref();
	daemon.child.kill("SIGTERM");
	const timer = setTimeout(() => daemon.child.kill("SIGKILL"), boundMs);
	await daemon.ended;
	clearTimeout(timer);
}

/** The end of the server's log. */
export async function lastWords(daemon: Daemon): Promise<string> {
	return lastLines(await readFile(daemon.log, "utf8").catch(() => ""));
}
