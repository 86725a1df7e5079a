import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { unmountUnder } from "./mounts.ts";
import { engineProcesses } from "./processes.ts";

const killRounds = 40;
const betweenRoundsMs = 50;

/**
 * Ends what an engine in `dir` left running, unmounts what it left mounted and removes its bridge. Returns
 * whether the folder may be deleted now: not while something could still be reached or written through it.
 * Synchronous, because it also has to work while the process exits.
 */
export function demolish(dir: string, bridge: string, busybox: string): boolean {
	const allEnded = killAll(dir);
	const stillMounted = unmountUnder(dir, busybox);
	if (existsSync(`/sys/class/net/${bridge}`)) {
		spawnSync(busybox, ["ip", "link", "del", bridge], { stdio: "ignore" });
	}
	return allEnded && stillMounted.length === 0;
}

function killAll(dir: string): boolean {
	// More than once: a process may have been starting another while the first list was made.
	for (let round = 0; round < killRounds; round++) {
		const pids = engineProcesses(dir);
		if (pids.length === 0) return true;
		for (const pid of pids) killGracefully(pid);
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, betweenRoundsMs);
	}
	return false;
}

/** Kills a process that may be gone already. */
function killGracefully(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended on its own.
	}
}
