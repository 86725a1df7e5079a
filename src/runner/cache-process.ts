import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { debug, isDebug, setSecret } from "@actions/core";
import type { CacheAnswer, CacheCall } from "./cache-call.ts";

/** What a process that asked the cache service left to know. */
export type CacheTalk = {
	/** Undefined if it ended without one. */
	readonly answer: CacheAnswer | undefined;
	/** What the SDK printed: plain lines are `info`, workflow commands have their own names. */
	readonly notes: readonly Note[];
	/** The first line of its stderr, which has a reason only if the process broke. */
	readonly complaint: string | undefined;
	/** Whether it was ended because its time was up. */
	readonly late: boolean;
};

/** A line that the SDK printed. */
export type Note = { readonly level: string; readonly text: string };

/** Where a call is made: `program` answers it, `workspace` has the carried folder, `temp` gets the archive. */
export type CachePlace = {
	readonly program: string;
	readonly env: NodeJS.ProcessEnv;
	readonly workspace: string;
	readonly temp: string;
};

/**
 * Makes one call of GitHub's cache service, in a process of its own: the SDK can't be ended, takes its directories
 * from the process and prints warnings and errors where they would be the step's.
 */
export async function talkToCache(call: CacheCall, place: CachePlace, timeoutMs: number): Promise<CacheTalk> {
	const child = spawn(process.execPath, [place.program, JSON.stringify(call)], {
		cwd: place.workspace,
		env: environment(place),
		stdio: ["ignore", "pipe", "pipe", "ipc"],
		// Its own group, so that tar goes with it.
		detached: true,
	});
	const notes: Note[] = [];
	const complaints: string[] = [];
	let answer: CacheAnswer | undefined;
	let late = false;
	eachLine(child.stdout, (line) => notes.push(noteOf(line)));
	eachLine(child.stderr, (line) => complaints.push(line));
	child.on("message", (message) => {
		answer = message as CacheAnswer;
	});
	const timer = setTimeout(() => {
		late = true;
		killGroup(child);
	}, timeoutMs);
	await new Promise<void>((resolve) => {
		child.on("close", () => resolve());
		child.on("error", ({ message }) => {
			complaints.push(message);
			resolve();
		});
	});
	clearTimeout(timer);
	tellDebug(call, notes);
	return { answer, notes, complaint: complaints.find((line) => line.trim() !== ""), late };
}

// The SDK unpacks with --absolute-names, so a forged entry could write anywhere. GNU tar applies this to all names and
// to what links point to: none of them leads up, or begins at the root. In Berth's own there is no such name.
const harmlessNames = "--transform=s,[.][.],__,g;s,^/*,,";

function environment({ env, workspace, temp }: CachePlace): NodeJS.ProcessEnv {
	// Told that this is a debug run, the SDK reads every archive once more, to list it.
	const { RUNNER_DEBUG: _, ...others } = env;
	return { ...others, GITHUB_WORKSPACE: workspace, RUNNER_TEMP: temp, TAR_OPTIONS: harmlessNames };
}

function eachLine(stream: Readable | null, take: (line: string) => void): void {
	if (stream !== null) createInterface(stream).on("line", take);
}

/** Reads a line as the runner would. */
export function noteOf(line: string): Note {
	const [, level, text] = /^::([a-z-]+)(?: [^:]*)?::(.*)$/.exec(line) ?? [];
	if (level === undefined || text === undefined) return { level: "info", text: line };
	return {
		level,
		text: text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%"),
	};
}

function killGroup({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) process.kill(-pid, "SIGKILL");
	} catch {
		// It has ended meanwhile.
	}
}

// A debug run is told all of it, without the signatures in the URLs.
function tellDebug(call: CacheCall, notes: readonly Note[]): void {
	if (!isDebug()) return;
	for (const { level, text } of notes) if (level === "add-mask") setSecret(text);
	for (const { level, text } of notes)
		if (level !== "add-mask") debug(`cache ${call.kind}: ${level === "debug" ? "" : `${level}: `}${text}`);
}
