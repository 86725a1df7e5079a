import { existsSync, readdirSync, readFileSync } from "node:fs";
import { engineFolder, folderPrefix } from "../../src/throwaway/engine-folder.ts";
import { mountPointsUnder } from "../../src/throwaway/mounts.ts";
import { engineProcesses } from "../../src/throwaway/processes.ts";

/** What of an engine can be seen on the machine. */
export interface Traces {
	readonly folder: boolean;
	readonly bridge: boolean;
	readonly processes: number;
	readonly mounts: number;
}

/** What an engine leaves that has been removed. */
export const noTraces: Traces = { folder: false, bridge: false, processes: 0, mounts: 0 };

/** Looks for the engine whose folder is, or was, `dir`. */
export function tracesOf(dir: string): Traces {
	return {
		folder: existsSync(dir),
		bridge: existsSync(`/sys/class/net/${engineFolder(dir).bridge}`),
		processes: engineProcesses(dir).length,
		mounts: mountPointsUnder(dir, readFileSync("/proc/self/mountinfo", "utf8")).length,
	};
}

/** Names of the engines' folders in `parent`. */
export function engineFoldersIn(parent: string): string[] {
	return readdirSync(parent).filter((name) => name.startsWith(folderPrefix));
}
