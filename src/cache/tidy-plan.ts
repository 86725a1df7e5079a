import { bytesOfParts, partsOf } from "./berth-parts.ts";
import { dueClones, dueGenerations, dueRecords, dueTemporaries } from "./due.ts";
import { dueBerths, type Limits } from "./due-berths.ts";
import { unless } from "./files.ts";
import type { Judge } from "./job-records.ts";
import { type Kept, type Litter, pathOf, type Removal } from "./removal.ts";
import { survey } from "./survey.ts";
import { bytesFreedBy, type NamesGone, notOurs } from "./trees.ts";

/** A removal, and the disk that comes free with it once those before it are done. */
export type PlannedRemoval = Removal & { readonly bytes: number };

/** What tidying a root comes to: what goes, in this order, and what stays though it would have to go. Plain data. */
export type TidyPlan = {
	readonly removals: readonly PlannedRemoval[];
	readonly kept: readonly Kept[];
	/** Records of dead jobs and half-written files: they go untold and uncounted, being small and nobody's. */
	readonly litter: readonly Litter[];
};

/** What to tidy: `orphans` says whether clones and records of dead jobs go, too. */
export type TidyRequest = Judge & { readonly limits: Limits; readonly orphans: boolean };

/**
 * Lists a root and decides what goes: clones of dead jobs, clones of no job, generations that are not in force, then
 * berths by age and by size, as the root will be without the former. Only reads.
 */
export function planRoot(root: string, { limits, orphans, ...judge }: TidyRequest): TidyPlan {
	const found = survey(root, judge);
	const clones = orphans ? dueClones(found, judge.now) : [];
	const early = [...clones, ...dueGenerations(found)];
	const gone = new Set(early.map((removal) => pathOf(root, removal)));
	const { due, kept } = dueBerths(root, found, { gone, limits, now: judge.now });
	// One count for all of the plan: a blob's disk comes free with the last of its names.
	const names: NamesGone = new Map();
	const removals = [
		...early.map((each) => ({ ...each, bytes: weigh(() => bytesFreedBy(pathOf(root, each), names)) })),
		...due.map(({ removal, berth }) => ({
			...removal,
			bytes: weigh(() => bytesOfParts(partsOf(root, berth, gone), names)),
		})),
	];
	const going = new Set(due.map(({ berth }) => berth));
	const staying = { ...found, berths: found.berths.filter((each) => !going.has(each)) };
	const records = orphans ? dueRecords(found, new Set(clones.map(({ id }) => id ?? ""))) : [];
	return { removals, kept, litter: [...records, ...dueTemporaries(staying)] };
}

// What is closed to us is another's, and will be refused when its time comes.
function weigh(count: () => number): number {
	return unless(notOurs, count) ?? 0;
}
