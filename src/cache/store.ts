import { type Clone, emptyClone, openBerth, setAside } from "./clone.ts";
import { keepName } from "./current.ts";
import { type CacheFailure, orFailure } from "./failure.ts";
import { statOf } from "./files.ts";
import { wasExportedTo } from "./fill-clone.ts";
import type { Hold } from "./hold.ts";
import { type JobIdentity, removeRecord, writeRecord } from "./job-records.ts";
import { firstCorrupt, reach, readLayout } from "./layout.ts";
import { decodeName, encodeName } from "./name.ts";
import { type GenerationId, type JobId, newId, paths } from "./paths.ts";
import { progressOf, type Say } from "./progress.ts";
import { retire, sweepTheDead } from "./retire.ts";
import { prepareRoot } from "./root.ts";
import { type Commit, commitClone, discardClone } from "./swap-in.ts";

export type { BerthUsage } from "./berth-use.ts";
export type { CacheFailure } from "./failure.ts";
export { berthsByUse, carryOutTidy, dropBerth, planTidy, tidyCache } from "./retention.ts";
export type { TidyPlan } from "./tidy-plan.ts";

/** An opened berth: `dir` is what BuildKit reads from, if `clone.base` is not null, and writes to. */
export type Opened = {
	readonly kind: "open";
	readonly hold: Hold;
	readonly dir: string;
	readonly bytes: number;
	readonly remarks: readonly string[];
};

/** What opening a berth asks for; `me` tells living jobs from dead ones. */
export type OpenRequest = {
	readonly root: string;
	readonly name: string;
	readonly me: JobIdentity;
	readonly engine: string | null;
} & Occasion;

/** When something is done, and who hears how it goes on. */
export type Occasion = { readonly now: Date; readonly say?: Say };

/** The directory of a held clone. */
export function dirOf({ root, clone }: Hold): string {
	return paths.clone(root, clone.berth, clone.id);
}

/** Whether a build has exported into a held clone, be it what was there before. */
export function exportedTo(hold: Hold): boolean {
	return wasExportedTo(dirOf(hold));
}

/** Opens the berth of a container name: a private clone of its generation in force, recorded under `jobs/`. */
export function openCache({ root, name, me, engine, now, say }: OpenRequest): Opened | CacheFailure {
	const check = prepareRoot(root);
	if (check.kind === "unusable") return { kind: "failed", problem: check.problem };
	return orFailure(root, () => {
		sweepTheDead(root, { me, now });
		const berth = encodeName(name);
		const stray = [paths.berth(root, berth), paths.clones(root, berth), paths.generations(root, berth)].find(
			notDirectory,
		);
		if (stray !== undefined) {
			return {
				kind: "failed",
				problem: `cache-root: ${JSON.stringify(stray)} is not a directory; remove it`,
			};
		}
		const job = newId<JobId>(now);
		const id = newId<GenerationId>(now);
		writeRecord(root, { ...me, id: job, engine, since: now.toISOString(), clones: [{ berth, id }] });
		const { clone, bytes, remarks } = orLetGo({ root, job, clone: { id, berth, base: null } }, () => {
			const opened = openBerth({ root, berth, id, now, say });
			if (decodeName(berth) === undefined) keepName(root, berth, name, id);
			return opened;
		});
		const hold = { root, job, clone };
		return { kind: "open", hold, dir: dirOf(hold), bytes, remarks: [...check.remarks, ...remarks] };
	});
}

/**
 * Whether a build that complained of its cache was given, or has exported, a broken one: a blob with other bytes than its name says. If so its generation is
 * set aside, and the clone emptied for a build without it. A clone that is gone, or that somebody else took a blob from,
 * says nothing about the generation.
 */
export async function condemnIfCorrupt(
	hold: Hold,
	say?: Say,
): Promise<{ hold: Hold; reason: string } | undefined> {
	const { root, job, clone } = hold;
	if (clone.base === null || statOf(dirOf(hold)) === undefined) return undefined;
	const reason = await faultOf(hold, clone.base, say);
	if (reason === undefined) return undefined;
	setAside(root, clone.berth, clone.base.generation);
	return { hold: { root, job, clone: emptyClone(root, clone) }, reason };
}

// The clone is hashed, not the generation: their blobs are the same files, but a neighbour may retire the generation.
async function faultOf(hold: Hold, base: NonNullable<Clone["base"]>, say?: Say): Promise<string | undefined> {
	// What a build that got over the fault has exported may hold the same blob: it leaves alone what is there.
	const layout = exportedTo(hold) ? readLayout(dirOf(hold)) : reach(dirOf(hold), base.roots);
	if (layout.kind === "whole") {
		const blob = await firstCorrupt(dirOf(hold), layout.live, progressOf("Checked", say));
		return blob === undefined ? undefined : `${blob} in the cache is corrupt`;
	}
	const generation = paths.generation(hold.root, hold.clone.berth, base.generation);
	const behind = statOf(generation) === undefined ? undefined : reach(generation, base.roots);
	return behind?.kind === "broken" ? `in the cache, ${behind.reason}` : undefined;
}

/** What became of a clone; of a swap also the bytes of disk that came free with the generation before. */
export type Committed =
	| Exclude<Commit, { kind: "swapped-in" }>
	| (Extract<Commit, { kind: "swapped-in" }> & { readonly bytesFreed: number });

/** Swaps in what a build exported into the clone, gives up the hold, and retires what is superseded. */
export function commitCache(hold: Hold, me: JobIdentity, { now, say }: Occasion): Committed | CacheFailure {
	return orFailure(hold.root, () => {
		const commit = orLetGo(hold, () => commitClone(hold.root, hold.clone, { now, say }));
		removeRecord(hold.root, hold.job);
		const retired = retire(hold.root, hold.clone.berth, { me, now });
		if (commit.kind !== "swapped-in") return commit;
		return { ...commit, bytesFreed: retired.reduce((sum, each) => sum + each.bytes, 0) };
	});
}

/** Gives up a hold without a swap. */
export function releaseCache(hold: Hold): CacheFailure | { kind: "released" } {
	return orFailure(hold.root, () => {
		discardClone(hold.root, hold.clone);
		removeRecord(hold.root, hold.job);
		return { kind: "released" };
	});
}

// A full disk must not be left fuller by the clone that filled it.
function orLetGo<T>(hold: Hold, act: () => T): T {
	try {
		return act();
	} catch (error) {
		releaseCache(hold);
		throw error;
	}
}

function notDirectory(path: string): boolean {
	const stat = statOf(path);
	return stat !== undefined && !stat.isDirectory();
}
