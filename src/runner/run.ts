import { randomUUID } from "node:crypto";
import { debug, isDebug } from "@actions/core";
import { exec } from "@actions/exec";
import { which } from "@actions/io";

/** How a program ended; a signal counts as code 1. `stdout` and `stderr` are the last 256 KiB of each. */
export type Ran =
	| { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly stderr: string }
	| { readonly kind: "not-found"; readonly program: string };

/** What makes a log for people of a program's stderr, as it comes; `idle` is asked when nothing has come for a moment. */
export type OutputFilter = {
	readonly write: (chunk: Buffer) => Buffer;
	readonly idle: () => Buffer;
	readonly end: () => Buffer;
};

/** How a program is run. */
export type RunOptions = {
	/** Keeps it out of the log; a debug run is told of it all the same. */
	readonly quiet?: boolean;
	/** Added to the environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** The title that the log folds it away under. */
	readonly group?: string;
	/** What its stderr becomes, in the log and in `Ran`. */
	readonly filter?: OutputFilter;
};

/** Runs a program with an argument array, never through a shell. */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<Ran>;

const keptBytes = 256 * 1024;
const idleMs = 500;
const mostDebugLines = 200;

/** Runs programs as a step does: the command first, then its output as it comes. */
export const runInStep: Run = async (program, args, options = {}) => {
	const path = await which(program);
	if (path === "") return { kind: "not-found", program };
	const { quiet = false, env, filter } = options;
	const log = quiet ? undefined : openLog([path, ...args], options.group);
	const stdout = new Tail();
	const stderr = new Tail();
	const into = (tail: Tail) => (data: Buffer) => {
		tail.add(data);
		log?.write(data);
	};
	const toStderr = into(stderr);
	const listeners = {
		stdout: into(stdout),
		stderr: filter === undefined ? toStderr : (data: Buffer) => toStderr(filter.write(data)),
	};
	const idle = filter === undefined ? undefined : setInterval(() => toStderr(filter.idle()), idleMs);
	try {
		const surroundings = env === undefined ? {} : { env: { ...definedEnv(), ...env } };
		const silent = { silent: true, ignoreReturnCode: true, listeners };
		const code = await exec(`"${path}"`, [...args], { ...silent, ...surroundings });
		if (filter !== undefined) toStderr(filter.end());
		const ran = { kind: "exited" as const, code, stdout: stdout.text(), stderr: stderr.text() };
		if (quiet) tellDebug([path, ...args], ran);
		return ran;
	} finally {
		clearInterval(idle);
		log?.close();
	}
};

// Neither what a build prints nor its arguments are for the runner to obey: a Dockerfile's "::error::" stays text,
// and so does "##[save-state]" in a label made of a pull request's title (the runner reads that form anywhere).
// The group is opened before and closed after, as a runner that obeys nothing would not fold either.
function openLog(
	command: readonly string[],
	group: string | undefined,
): { write: (data: Buffer) => void; close: () => void } {
	const resume = randomUUID();
	let lineEnded = true;
	const open = group === undefined ? "" : `::group::${group}\n`;
	process.stdout.write(`${open}::stop-commands::${resume}\n[command]${shownAll(command)}\n`);
	return {
		write: (data) => {
			if (data.length === 0) return;
			process.stdout.write(data);
			lineEnded = data.at(-1) === "\n".charCodeAt(0);
		},
		close: () => {
			const end = group === undefined ? "" : "::endgroup::\n";
			process.stdout.write(`${lineEnded ? "" : "\n"}::${resume}::\n${end}`);
		},
	};
}

// `core.debug` escapes line breaks and the runner masks what it was told to; a proxy's password it was not told of.
function tellDebug(
	command: readonly string[],
	{ code, stdout, stderr }: Extract<Ran, { kind: "exited" }>,
): void {
	if (!isDebug()) return;
	const lines = `${stdout}\n${stderr}`.split(/\r?\n/).filter((line) => line.trim() !== "");
	const said = lines.slice(0, mostDebugLines).map((line) => `  ${line}`);
	for (const line of [`${shownAll(command)} → ${code}`, ...said])
		debug(line.replace(/:\/\/[^/@\s]*@/g, "://***@").replaceAll("##[", "## ["));
}

function definedEnv(): Record<string, string> {
	const entries = Object.entries(process.env).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value] as const],
	);
	return Object.fromEntries(entries);
}

/** The last bytes of a stream: a build may print for hours. */
class Tail {
	#chunks: Buffer[] = [];
	#bytes = 0;

	add(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#bytes += chunk.length;
		while (this.#bytes - (this.#chunks[0]?.length ?? 0) > keptBytes)
			this.#bytes -= this.#chunks.shift()?.length ?? 0;
	}

	text(): string {
		return Buffer.concat(this.#chunks).subarray(-keptBytes).toString("utf8");
	}
}

function shownAll(command: readonly string[]): string {
	return command.map(shown).join(" ");
}

function shown(argument: string): string {
	return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
