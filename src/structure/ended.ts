import { spawn } from "node:child_process";

/** A program to run to its end, or to its bound. */
export type Command = {
	readonly file: string;
	readonly args: readonly string[];
	readonly env: NodeJS.ProcessEnv;
	readonly timeoutMs: number;
	/** Ends the program early. */
	readonly told: AbortSignal;
};

/** How a program ended; `stderr` is the end of what it said. */
export type Ended =
	| { readonly kind: "exited"; readonly how: string; readonly ok: boolean; readonly stderr: string }
	| { readonly kind: "too-long" }
	| { readonly kind: "told" }
	| { readonly kind: "not-run"; readonly reason: string };

const keptBytes = 64 * 1024;
const graceMs = 3_000;

/**
 * Runs a program, its words kept apart from all others' and only the last of them held. Past its bound, or when told, it
 * is ended, and killed if it doesn't go. `beforeEnding` is called just before that.
 */
export function runToEnd(
	{ file, args, env, timeoutMs, told }: Command,
	beforeEnding: () => void,
): Promise<Ended> {
	if (told.aborted) return Promise.resolve({ kind: "told" });
	return new Promise((resolve) => {
		const child = spawn(file, [...args], { env, stdio: ["ignore", "ignore", "pipe"] });
		let stderr = Buffer.alloc(0);
		let cause: "too-long" | "told" | undefined;
		let killing: NodeJS.Timeout | undefined;
		const end = (why: "too-long" | "told") => {
			if (cause !== undefined) return;
			cause = why;
			beforeEnding();
			child.kill("SIGTERM");
			killing = setTimeout(() => child.kill("SIGKILL"), graceMs);
		};
		const onTold = () => end("told");
		const timer = setTimeout(() => end("too-long"), timeoutMs);
		const done = (ended: Ended) => {
			clearTimeout(timer);
			clearTimeout(killing);
			told.removeEventListener("abort", onTold);
			resolve(ended);
		};
		told.addEventListener("abort", onTold);
		child.stderr.on("data", (chunk: Buffer) => {
			stderr = Buffer.concat([stderr, chunk]).subarray(-keptBytes);
		});
		child.on("error", ({ message }) => done({ kind: "not-run", reason: message }));
		child.on("close", (code, signal) => {
			const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
			done(
				cause === undefined
					? { kind: "exited", how, ok: code === 0, stderr: stderr.toString("utf8") }
					: { kind: cause },
			);
		});
	});
}
