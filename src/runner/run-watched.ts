import { spawn } from "node:child_process";
import { debug, isDebug } from "@actions/core";
import { which } from "@actions/io";

/** How a watched program came to its end: by itself, or by its watcher. `stderr` is the last of what it said. */
export type Watched =
	| { readonly kind: "exited"; readonly code: number; readonly stderr: string }
	| { readonly kind: "ended" }
	| { readonly kind: "not-run"; readonly reason: string };

/** Who watches a program. */
export type Watcher = {
	/** Told each line of its stdout; with `false` the program has to end. */
	readonly onLine: (line: string) => boolean;
	/** Ends it, too. */
	readonly until: AbortSignal;
};

/** Runs a program outside the log, as long as its watcher lets it; never through a shell. */
export type RunWatched = (program: string, args: readonly string[], watcher: Watcher) => Promise<Watched>;

const keptBytes = 64 * 1024;

/** Runs programs that are watched. One that has to end is killed: it must be one that leaves nothing half done. */
export const runWatched: RunWatched = async (program, args, { onLine, until }) => {
	const path = await which(program);
	if (path === "") return { kind: "not-run", reason: `${program} is not on PATH` };
	if (until.aborted) return { kind: "ended" };
	const watched = await new Promise<Watched>((resolve) => {
		const child = spawn(path, [...args], { stdio: ["ignore", "pipe", "pipe"] });
		const end = () => {
			child.kill("SIGKILL");
			resolve({ kind: "ended" });
		};
		const lines = new Lines((line) => {
			if (!onLine(line)) end();
		});
		let stderr = Buffer.alloc(0);
		until.addEventListener("abort", end);
		child.stdout.on("data", (chunk: Buffer) => lines.add(chunk));
		child.stderr.on("data", (chunk: Buffer) => {
			stderr = Buffer.concat([stderr, chunk]).subarray(-keptBytes);
		});
		child.on("error", ({ message }) => resolve({ kind: "not-run", reason: message }));
		child.on("close", (code) => {
			until.removeEventListener("abort", end);
			resolve({ kind: "exited", code: code ?? 1, stderr: stderr.toString("utf8") });
		});
	});
	if (isDebug())
		debug(`${[path, ...args].join(" ")} → ${watched.kind === "exited" ? watched.code : watched.kind}`);
	return watched;
};

/** Cuts a stream into lines; what comes after the last line break is none yet. */
class Lines {
	readonly #onLine: (line: string) => void;
	#rest = Buffer.alloc(0);

	constructor(onLine: (line: string) => void) {
		this.#onLine = onLine;
	}

	add(chunk: Buffer): void {
		const text = Buffer.concat([this.#rest, chunk]).subarray(-keptBytes);
		const end = text.lastIndexOf("\n") + 1;
		this.#rest = text.subarray(end);
		for (const line of text.subarray(0, end).toString("utf8").split("\n")) this.#onLine(line);
	}
}
