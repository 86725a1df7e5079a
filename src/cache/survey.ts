import { accessSync, constants } from "node:fs";
import { lastUsed, nameOf, readCurrent, temporaryOf } from "./current.ts";
import { entriesOf, statOf, unless } from "./files.ts";
import { type Jobs, type Judge, readJobs } from "./job-records.ts";
import { type BerthDir, isBerthDir } from "./name.ts";
import { type GenerationId, isId, paths } from "./paths.ts";

/** A clone as it lies in a berth. */
export type FoundClone = { readonly id: GenerationId; readonly mtimeMs: number };

/** What lies in a berth of what Berth puts there; anything else is not ours to see. */
export type FoundBerth = {
	readonly berth: BerthDir;
	readonly name: string;
	readonly clones: readonly FoundClone[];
	/** In force, superseded, arriving, or `.broken`. */
	readonly generations: readonly string[];
	/** Files on their way to `current` and the like, or left there by a killed process. */
	readonly temporaries: readonly string[];
	readonly current: GenerationId | undefined;
	/** When it was last opened or committed, where that is noted: the time of `current`. */
	readonly notedUseMs: number | undefined;
	/** The same, and where nothing is noted, when something last came or went. */
	readonly lastUsedMs: number;
	/** False for another user's berth on a shared root. */
	readonly mayChange: boolean;
};

/** What lies in a root. */
export type Found = Jobs & { readonly berths: readonly FoundBerth[] };

/**
 * Lists a root, or some berths of it; only reads. A generation that is just being swapped in is named by its job's
 * record until `current` names it, so the order here (list, then records, then `current`) can't miss it.
 */
export function survey(root: string, judge: Judge, berths: readonly BerthDir[] = berthsOf(root)): Found {
	const listed = berths.filter((berth) => isBerth(root, berth)).map((berth) => list(root, berth));
	const jobs = readJobs(root, judge);
	return { ...jobs, berths: listed.map((each) => ({ ...each, ...inForce(root, each.berth) })) };
}

/** The directories under `berths/` that are berths; links, foreign names and other users' closed ones are not. */
export function berthsOf(root: string): BerthDir[] {
	return entriesOf(paths.berths(root))
		.filter(isBerthDir)
		.filter((berth) => isBerth(root, berth));
}

function isBerth(root: string, berth: BerthDir): boolean {
	const path = paths.berth(root, berth);
	return statOf(path)?.isDirectory() === true && allows(path, constants.R_OK | constants.X_OK);
}

type Listed = Pick<FoundBerth, "berth" | "name" | "clones" | "generations" | "temporaries">;

function list(root: string, berth: BerthDir): Listed {
	const clones = readable(paths.clones(root, berth)).flatMap((id) => {
		if (!isId<GenerationId>(id)) return [];
		const stat = unless(["EACCES"], () => statOf(paths.clone(root, berth, id)));
		return stat === undefined ? [] : [{ id, mtimeMs: stat.mtimeMs }];
	});
	return {
		berth,
		name: unless(["EACCES"], () => nameOf(root, berth)) ?? berth,
		clones,
		generations: readable(paths.generations(root, berth)).filter((entry) =>
			isId(entry.replace(/\.broken$/, "")),
		),
		temporaries: readable(paths.berth(root, berth)).filter((entry) => temporaryOf(entry) !== undefined),
	};
}

function inForce(root: string, berth: BerthDir): Omit<FoundBerth, keyof Listed> {
	// What can't be read is another's: nothing in such a berth may be taken for superseded.
	const pointer = unless(["EACCES"], () => ({ current: readCurrent(root, berth) }));
	const notedUseMs = lastUsed(root, berth);
	return {
		current: pointer?.current,
		notedUseMs,
		lastUsedMs: notedUseMs ?? statOf(paths.berth(root, berth))?.mtimeMs ?? 0,
		mayChange: pointer !== undefined && allows(paths.berth(root, berth), constants.W_OK),
	};
}

function readable(dir: string): string[] {
	return unless(["EACCES"], () => entriesOf(dir)) ?? [];
}

function allows(path: string, mode: number): boolean {
	return unless(["EACCES", "ENOENT", "EPERM", "EROFS"], () => accessSync(path, mode) ?? true) ?? false;
}
