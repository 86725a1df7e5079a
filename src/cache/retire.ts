import { carryOut } from "./carry-out.ts";
import { dueClones, dueGenerations, dueRecords, dueTemporaries } from "./due.ts";
import { type Judge, readJobs } from "./job-records.ts";
import type { BerthDir } from "./name.ts";
import type { Removed } from "./removal.ts";
import { survey } from "./survey.ts";

export type { Removed } from "./removal.ts";

/** Removes a berth's generations that are neither in force nor being swapped in. */
export function retire(root: string, berth: BerthDir, judge: Judge): readonly Removed[] {
	const found = survey(root, judge, [berth]);
	const errand = { removals: dueGenerations(found), litter: dueTemporaries(found) };
	return carryOut(root, errand, judge).removed;
}

/** Removes the clones, generations and records of jobs that died without tidying up after themselves. */
export function sweepTheDead(root: string, judge: Judge): void {
	const { records, abandoned } = readJobs(root, judge);
	const dead = records.filter(({ alive }) => !alive);
	if (dead.length === 0 && abandoned.length === 0) return;
	const berths = new Set(dead.flatMap(({ record }) => record.clones.map(({ berth }) => berth)));
	const found = survey(root, judge, [...berths]);
	const clones = dueClones(found, judge.now);
	const litter = [...dueRecords(found, new Set(clones.map(({ id }) => id ?? ""))), ...dueTemporaries(found)];
	carryOut(root, { removals: [...clones, ...dueGenerations(found)], litter }, judge);
}
