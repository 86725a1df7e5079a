import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { nameOf, readCurrent, temporaryOf } from "./current.ts";
import { entriesOf, removeTree, statOf, unless } from "./files.ts";
import {
	clonesInUse,
	type JobIdentity,
	type JudgedRecord,
	readRecords,
	removeRecord,
} from "./job-records.ts";
import { type BerthDir, isBerthDir } from "./name.ts";
import { type GenerationId, isId, paths } from "./paths.ts";

/** One thing that was removed from the cache root: the container name it was of, and the bytes of disk that came free. */
export type Removed = {
	readonly kind: "generation" | "clone" | "berth";
	readonly name: string;
	/** Which generation or clone. */
	readonly id?: string;
	readonly bytes: number;
};

/**
 * Removes a berth's generations that are not in force. One that is just being swapped in is spared: its job's record
 * names it until `current` does, so the order here (list, then records, then `current`) can't miss it.
 */
export function retire(root: string, berth: BerthDir, me: JobIdentity, now: Date): Removed[] {
	if (!isBerth(root, berth)) return [];
	const found = entriesOf(paths.generations(root, berth));
	const temporaries = entriesOf(paths.berth(root, berth)).filter((entry) => temporaryOf(entry) !== undefined);
	const arriving = clonesInUse(readRecords(root, me, now), berth);
	const current = readCurrent(root, berth);
	const name = nameOf(root, berth);
	for (const entry of temporaries) {
		const id = temporaryOf(entry);
		if (id !== undefined && !arriving.has(id)) removeTree(join(paths.berth(root, berth), entry));
	}
	return found.flatMap((entry) => {
		const id = entry.replace(/\.broken$/, "");
		if (!isId<GenerationId>(id) || entry === current || arriving.has(id)) return [];
		const bytes = removeTree(join(paths.generations(root, berth), entry));
		return bytes === undefined ? [] : [{ kind: "generation" as const, name, id: entry, bytes }];
	});
}

/** Removes the clones, generations and records of jobs that died without tidying up after themselves. */
export function sweepTheDead(root: string, me: JobIdentity, now: Date): Removed[] {
	const records = readRecords(root, me, now);
	return records
		.filter((each) => !each.alive)
		.flatMap(({ record }) => {
			const removed = record.clones.flatMap(({ berth, id }) => removeClone(root, berth, id));
			// The record goes first, so that a generation it was swapping in is no longer spared.
			removeRecord(root, record.id);
			const berths = new Set(record.clones.map((clone) => clone.berth));
			return [...removed, ...[...berths].flatMap((berth) => retire(root, berth, me, now))];
		});
}

/** Removes clones that no record names any more, once they are older than the bound for a job. */
export function sweepOrphans(root: string, records: readonly JudgedRecord[], olderThan: Date): Removed[] {
	const inUse = clonesInUse(records);
	return berthsOf(root).flatMap((berth) =>
		entriesOf(paths.clones(root, berth)).flatMap((id) => {
			if (!isId<GenerationId>(id) || inUse.has(id)) return [];
			const stat = statOf(paths.clone(root, berth, id));
			return stat !== undefined && stat.mtimeMs < olderThan.getTime() ? removeClone(root, berth, id) : [];
		}),
	);
}

/** The directories under `berths/` that are berths; links, foreign names and other users' closed ones are not. */
export function berthsOf(root: string): BerthDir[] {
	return entriesOf(paths.berths(root))
		.filter(isBerthDir)
		.filter((berth) => isBerth(root, berth));
}

function isBerth(root: string, berth: BerthDir): boolean {
	const path = paths.berth(root, berth);
	if (!statOf(path)?.isDirectory()) return false;
	return (
		unless(["EACCES", "ENOENT"], () => accessSync(path, constants.R_OK | constants.X_OK) ?? true) ?? false
	);
}

function removeClone(root: string, berth: BerthDir, id: GenerationId): Removed[] {
	if (!isBerth(root, berth) || !entriesOf(paths.clones(root, berth)).includes(id)) return [];
	const bytes = removeTree(paths.clone(root, berth, id));
	return bytes === undefined ? [] : [{ kind: "clone", name: nameOf(root, berth), id, bytes }];
}
