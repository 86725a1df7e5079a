import { utimesSync } from "node:fs";
import { readSmall, replaceFile, statOf, unless } from "./files.ts";
import { type BerthDir, decodeName } from "./name.ts";
import { type GenerationId, isId, paths } from "./paths.ts";

/** The generation in force; undefined where there is none or `current` holds no id. */
export function readCurrent(root: string, berth: BerthDir): GenerationId | undefined {
	return asGeneration(readSmall(paths.current(root, berth), 256));
}

/** Puts a generation in force by rename: atomic, durable, and of the same cost whatever the generation's size. */
export function replaceCurrent(root: string, berth: BerthDir, id: GenerationId): void {
	replaceFile(paths.berth(root, berth), "current", `${id}\n`, `current.${id}.tmp`);
}

/** Keeps in the berth the name that its directory doesn't tell, being too long; `id` is the caller's clone. */
export function keepName(root: string, berth: BerthDir, name: string, id: GenerationId): void {
	if (readSmall(paths.longName(root, berth), 1 << 20) === name) return;
	replaceFile(paths.berth(root, berth), "name", name, `name.${id}.tmp`);
}

/** The container name that a berth is of; of one whose kept name is lost, its directory's. */
export function nameOf(root: string, berth: BerthDir): string {
	return decodeName(berth) ?? readSmall(paths.longName(root, berth), 1 << 20) ?? berth;
}

/** The clone that a file on its way into a berth is named after, if that is what it is. */
export function temporaryOf(entry: string): GenerationId | undefined {
	return asGeneration(/^(?:current|name|steps)\.(.+)\.tmp$/.exec(entry)?.[1]);
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
