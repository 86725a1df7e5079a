import { mkdirSync, renameSync, rmSync } from "node:fs";
import { noteUse, readCurrent } from "./current.ts";
import { statOf, unless } from "./files.ts";
import { fillClone } from "./fill-clone.ts";
import { type Descriptor, readLayout } from "./layout.ts";
import type { BerthDir } from "./name.ts";
import { type GenerationId, paths } from "./paths.ts";
import type { Say } from "./progress.ts";

/** One job's private clone of a berth's generation, or an empty directory where there was none; plain data. */
export type Clone = {
	readonly id: GenerationId;
	readonly berth: BerthDir;
	/** The generation it was cloned from, and what that one's `index.json` listed. */
	readonly base: { readonly generation: GenerationId; readonly roots: readonly Descriptor[] } | null;
};

/** What opening a berth gave: always a clone, and in `remarks` what a user should hear of a cache not as it should be. */
export type OpenedBerth = {
	readonly clone: Clone;
	readonly bytes: number;
	readonly remarks: readonly string[];
};

/** Which berth to clone, and the id that the clone gets. */
export type BerthRequest = {
	readonly root: string;
	readonly berth: BerthDir;
	readonly id: GenerationId;
	readonly now: Date;
	readonly say: Say | undefined;
};

type Attempt = OpenedBerth | "changed";

// Each further attempt needs another job's swap or retention to fall into these few milliseconds.
const mostAttempts = 20;

/**
 * Clones the generation in force into a directory of the caller's own, blobs by hard link, `index.json` by copy
 * (BuildKit rewrites it in place). Never reads a half generation: one that is retired meanwhile is started over, one
 * that is broken is set aside. The caller's job record must name the clone before.
 */
export function openBerth({ root, berth, id, now, say }: BerthRequest): OpenedBerth {
	for (let attempt = 0; attempt < mostAttempts; attempt++) {
		const opened = attemptToOpen({ root, berth, id, now, say });
		if (opened !== "changed") return opened;
		rmSync(paths.clone(root, berth, id), { recursive: true, force: true });
	}
	makeEmptyClone(root, berth, id);
	return unbased(berth, id, [
		`the berth changed ${mostAttempts} times while it was opened; building without its cache`,
	]);
}

/** Sets a generation aside, so that nobody opens it again; the next swap-in of the berth removes it. */
export function setAside(root: string, berth: BerthDir, id: GenerationId): void {
	const path = paths.generation(root, berth, id);
	unless(["ENOENT", "EEXIST", "ENOTEMPTY"], () => renameSync(path, `${path}.broken`));
}

/** Empties a clone, for a build that is to be run again without the cache. */
export function emptyClone(root: string, { berth, id }: Clone): Clone {
	rmSync(paths.clone(root, berth, id), { recursive: true, force: true });
	makeEmptyClone(root, berth, id);
	return { berth, id, base: null };
}

function attemptToOpen({ root, berth, id, now, say }: BerthRequest): Attempt {
	if (makeEmptyClone(root, berth, id) === "changed") return "changed";
	const generation = readCurrent(root, berth);
	if (generation === undefined) {
		const opened = unbased(berth, id, strayPointer(root, berth));
		// One that another job has put in force meanwhile is no stray, and worth having.
		return readCurrent(root, berth) === undefined ? opened : "changed";
	}
	const from = paths.generation(root, berth, generation);
	const layout = readLayout(from);
	if (layout.kind !== "whole") {
		if (readCurrent(root, berth) !== generation) return "changed";
		if (statOf(from) === undefined)
			return unbased(berth, id, [`generation ${generation} is not there any more`]);
		const reason = layout.kind === "broken" ? layout.reason : "it has no index.json";
		setAside(root, berth, generation);
		return unbased(berth, id, [`generation ${generation} is broken and was set aside: ${reason}`]);
	}
	const linked = fillClone(from, paths.clone(root, berth, id), { live: layout.live, say });
	if (linked === "changed")
		return readCurrent(root, berth) === generation ? lost(root, berth, id, generation) : "changed";
	noteUse(root, berth, now);
	const bytes = [...layout.live.values()].reduce((sum, size) => sum + size, 0);
	const remarks =
		linked === "copied" ? ["hard links can't be made in the cache root: its blobs are copied instead"] : [];
	return { clone: { id, berth, base: { generation, roots: layout.roots } }, bytes, remarks };
}

// It vanished without another taking its place: retention took the berth, or someone deleted files by hand.
function lost(root: string, berth: BerthDir, id: GenerationId, generation: GenerationId): Attempt {
	setAside(root, berth, generation);
	emptyClone(root, { berth, id, base: null });
	return unbased(berth, id, [`generation ${generation} vanished while it was opened`]);
}

function strayPointer(root: string, berth: BerthDir): string[] {
	return statOf(paths.current(root, berth)) === undefined
		? []
		: ["its `current` names no generation; building without its cache"];
}

function unbased(berth: BerthDir, id: GenerationId, remarks: readonly string[]): OpenedBerth {
	return { clone: { id, berth, base: null }, bytes: 0, remarks };
}

function makeEmptyClone(root: string, berth: BerthDir, id: GenerationId): "made" | "changed" {
	// Retention may remove the empty parents of a berth between two of these steps.
	return unless(["ENOENT"], () => mkdirSync(paths.clone(root, berth, id), { recursive: true })) ===
		undefined && statOf(paths.clone(root, berth, id)) === undefined
		? "changed"
		: "made";
}
