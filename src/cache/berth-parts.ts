import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, statOf, unless } from "./files.ts";
import type { BerthDir } from "./name.ts";
import { paths } from "./paths.ts";
import type { FoundBerth } from "./survey.ts";
import { bytesFreedBy, type NamesGone, notOurs } from "./trees.ts";

/** What of a berth goes with it: whole trees, then the directories that are empty without them, innermost first. */
export type BerthParts = { readonly trees: readonly string[]; readonly emptied: readonly string[] };

/** What goes if a berth goes once the paths in `gone` have gone; clones, and what others put there, stay. Only reads. */
export function partsOf(root: string, found: FoundBerth, gone: ReadonlySet<string>): BerthParts {
	const { berth, generations, temporaries } = found;
	const trees = [
		paths.current(root, berth),
		...generations.map((entry) => join(paths.generations(root, berth), entry)),
		...temporaries.map((entry) => join(paths.berth(root, berth), entry)),
		paths.longName(root, berth),
		paths.steps(root, berth),
	].filter((path) => !gone.has(path) && unless(["EACCES"], () => statOf(path)) !== undefined);
	const going = new Set([...gone, ...trees]);
	const emptied: string[] = [];
	for (const dir of directoriesOf(root, berth)) {
		const entries = unless(["EACCES"], () => (statOf(dir)?.isDirectory() ? entriesOf(dir) : undefined));
		if (!entries?.every((entry) => going.has(join(dir, entry)))) continue;
		emptied.push(dir);
		going.add(dir);
	}
	return { trees, emptied };
}

/** The disk that comes free with a berth's parts, after all that was counted into `names` before. */
export function bytesOfParts({ trees, emptied }: BerthParts, names: NamesGone): number {
	const inTrees = trees.reduce((bytes, path) => bytes + bytesFreedBy(path, names), 0);
	return emptied.reduce((bytes, dir) => bytes + ownBytes(dir), inTrees);
}

/** Removes those directories of a berth that are empty; says the bytes that came free. */
export function removeEmptied(root: string, berth: BerthDir): number {
	return directoriesOf(root, berth).reduce((freed, dir) => {
		// Only empty directories go: whatever a job has put here since is not ours to remove.
		const bytes = unless([...notOurs, "ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"], () => {
			const own = ownBytes(dir);
			rmdirSync(dir);
			return own;
		});
		return freed + (bytes ?? 0);
	}, 0);
}

function directoriesOf(root: string, berth: BerthDir): string[] {
	return [paths.clones(root, berth), paths.generations(root, berth), paths.berth(root, berth)];
}

function ownBytes(dir: string): number {
	return (statOf(dir)?.blocks ?? 0) * 512;
}
