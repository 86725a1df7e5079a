import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** A process as /proc shows it; `startedAt` tells it from a later one of the same id. */
export interface ProcessEntry {
	readonly pid: number;
	readonly parent: number;
	readonly startedAt: string;
}

const engineProgram = /^(dockerd|containerd|containerd-shim.*|buildkitd)$/;

/** The process, unless it is gone or only waits to be reaped. */
export function findProcess(pid: number): ProcessEntry | undefined {
	const stat = readOrEmpty(`/proc/${pid}/stat`);
	// The name in parentheses may contain anything, parentheses too; the fields after it may not.
	const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	if (state === undefined || state === "" || state === "Z" || state === "X") return undefined;
	return { pid, parent: Number(parent), startedAt: rest[17] ?? "" };
}

/**
 * Ids of the processes that an engine in `dir` left running: its daemons and shims, known by a path
 * under `dir` among their arguments; what these started; and containers, known by a root that lies there.
 */
export function engineProcesses(dir: string): number[] {
	const all = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.flatMap((name) => findProcess(Number(name)) ?? []);
	const found = new Set(
		all.filter(({ pid }) => isDaemonOf(pid, dir) || isRootedIn(pid, dir)).map((p) => p.pid),
	);
	for (let before = -1; before !== found.size; ) {
		before = found.size;
		for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
	}
	return [...found];
}

function isDaemonOf(pid: number, dir: string): boolean {
	const [program, ...args] = readOrEmpty(`/proc/${pid}/cmdline`).split("\0");
	return engineProgram.test(basename(program ?? "")) && args.some((arg) => arg.includes(`${dir}/`));
}

/** Whether the process lives in another mount namespace, on an overlay that is written to under `dir`. */
function isRootedIn(pid: number, dir: string): boolean {
	if (linkOrEmpty(`/proc/${pid}/ns/mnt`) === linkOrEmpty("/proc/self/ns/mnt")) return false;
	return readOrEmpty(`/proc/${pid}/mountinfo`)
		.split("\n")
		.some((line) => line.split(" ")[4] === "/" && line.includes(`upperdir=${dir}/`));
}

function readOrEmpty(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

function linkOrEmpty(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return "";
	}
}
