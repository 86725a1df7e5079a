import { utimesSync } from "node:fs";
import { readSmall, replaceFile, statOf, unless } from "./files.ts";
import type { BerthDir } from "./name.ts";
import { type GenerationId, isId, paths } from "./paths.ts";

/** The generation in force; undefined where there is none or `current` holds no id. */
export function readCurrent(root: string, berth: BerthDir): GenerationId | undefined {
	return asGeneration(readSmall(paths.current(root, berth), 256));
}

/** Puts a generation in force by rename: atomic, durable, and of the same cost whatever the generation's size. */
export function replaceCurrent(root: string, berth: BerthDir, id: GenerationId): void {
	replaceFile(paths.berth(root, berth), "current", `${id}\n`, temporaryName(id));
}

/** The name of a pointer on its way in; one left by a killed process names the clone it came from. */
export function temporaryName(id: GenerationId): string {
	return `current.${id}.tmp`;
}

/** The id in a temporary pointer's name, if that is what it is. */
export function temporaryOf(entry: string): GenerationId | undefined {
	return asGeneration(/^current\.(.+)\.tmp$/.exec(entry)?.[1]);
}

/** When the berth was last opened or committed, in ms since the epoch: the time of `current`. */
export function lastUsed(root: string, berth: BerthDir): number | undefined {
	return statOf(paths.current(root, berth))?.mtimeMs;
}

/** Notes that the berth was used; without the right to do so (another user's berth) it is as it was. */
export function noteUse(root: string, berth: BerthDir, now: Date): void {
	unless(["ENOENT", "EPERM", "EACCES", "EROFS"], () => utimesSync(paths.current(root, berth), now, now));
}

function asGeneration(text: string | undefined): GenerationId | undefined {
	const id = text?.trim();
	return isId<GenerationId>(id) ? id : undefined;
}
