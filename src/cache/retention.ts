import { rmdirSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { lastUsed, nameOf, readCurrent } from "./current.ts";
import { entriesOf, notOurs, removeTree, statOf, unless } from "./files.ts";
import type { CacheMaxSize } from "./inputs.ts";
import { boundMs, clonesInUse, type JobIdentity, readRecords } from "./job-records.ts";
import type { BerthDir } from "./name.ts";
import { paths } from "./paths.ts";
import { type BerthUse, planRetention } from "./retention-plan.ts";
import { berthsOf, type Removed, retire, sweepOrphans, sweepTheDead } from "./retire.ts";

/** How much cache a root may hold, and how long an unused berth stays. */
export type Limits = { readonly maxAgeMs: number; readonly maxSize?: CacheMaxSize };

/** What tidying a root came to. */
export type Tidied = { readonly removed: readonly Removed[]; readonly freedBytes: number };

/**
 * Tidies a whole root: the clones of dead jobs, superseded generations, and the berths that the limits say, least
 * recently used first. A berth that a living job has open is never touched.
 */
export function tidy(root: string, me: JobIdentity, limits: Limits, now: Date): Tidied {
	const removed = sweepTheDead(root, me, now);
	const records = readRecords(root, me, now);
	removed.push(...sweepOrphans(root, records, new Date(now.getTime() - boundMs)));
	for (const berth of berthsOf(root)) removed.push(...retire(root, berth, me, now));
	const uses = berthsOf(root).map((berth) =>
		useOf(root, berth, clonesInUse(records, berth).size > 0, limits),
	);
	for (const { berth } of planRetention(
		uses,
		{ maxAgeMs: limits.maxAgeMs, ...maxBytes(root, limits) },
		now,
	)) {
		removed.push(...removeBerth(root, berth, me, now));
	}
	return { removed, freedBytes: removed.reduce((sum, each) => sum + each.bytes, 0) };
}

/** Removes one berth unless a job has it open; another job's clone or swap-in that comes meanwhile survives it. */
export function removeBerth(root: string, berth: BerthDir, me: JobIdentity, now: Date): Removed[] {
	if (clonesInUse(readRecords(root, me, now), berth).size > 0) return [];
	// Another user's berth on a shared root is theirs to remove.
	const wasInForce = statOf(paths.current(root, berth)) !== undefined;
	const name = nameOf(root, berth);
	if (removeTree(paths.current(root, berth)) === undefined) return [];
	const bytes = retire(root, berth, me, now).reduce((sum, each) => sum + each.bytes, 0);
	removeTree(paths.longName(root, berth));
	removeTree(paths.steps(root, berth));
	// Only empty directories go: whatever a job has put here since is not ours to remove.
	for (const dir of [paths.clones(root, berth), paths.generations(root, berth), paths.berth(root, berth)]) {
		unless([...notOurs, "ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"], () => rmdirSync(dir));
	}
	const isGone = wasInForce || statOf(paths.berth(root, berth)) === undefined;
	return isGone || bytes > 0 ? [{ kind: "berth", name, bytes }] : [];
}

function maxBytes(root: string, { maxSize }: Limits): { maxBytes?: number } {
	if (maxSize === undefined) return {};
	if (maxSize.kind === "bytes") return { maxBytes: maxSize.bytes };
	const disk = statfsSync(root);
	return { maxBytes: (disk.blocks * disk.bsize * maxSize.percent) / 100 };
}

function useOf(root: string, berth: BerthDir, inUse: boolean, limits: Limits): BerthUse {
	const files = new Map<string, number>();
	// Walking every blob of every berth is only worth it where a size is asked for.
	if (limits.maxSize !== undefined && readCurrent(root, berth))
		collect(paths.generations(root, berth), files);
	const used = lastUsed(root, berth) ?? statOf(paths.berth(root, berth))?.mtimeMs ?? 0;
	return { berth, lastUsedMs: used, inUse, files };
}

function collect(path: string, files: Map<string, number>): void {
	const stat = statOf(path);
	if (stat?.isDirectory()) for (const entry of entriesOf(path)) collect(join(path, entry), files);
	else if (stat !== undefined) files.set(`${stat.dev}:${stat.ino}`, stat.blocks * 512);
}
