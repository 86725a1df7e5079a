import { type BerthUsage, usageOf } from "./berth-use.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import { berthRemoval, type Limits } from "./due-berths.ts";
import { type CacheFailure, orFailure } from "./failure.ts";
import type { JobIdentity, Judge } from "./job-records.ts";
import type { BerthDir } from "./name.ts";
import { paths } from "./paths.ts";
import type { Removed } from "./removal.ts";
import { checkRoot } from "./root.ts";
import { survey } from "./survey.ts";
import { planRoot, type TidyPlan } from "./tidy-plan.ts";

export type { Limits } from "./due-berths.ts";

/** What tidying a root came to. */
export type Tidied = { readonly removed: readonly Removed[]; readonly freedBytes: number };

/** When a plan is made, and whether clones and records of dead jobs are part of it. */
export type TidyOccasion = { readonly now: Date; readonly orphans: boolean };

/**
 * Plans the tidying of a whole root; writes nothing. A root that isn't there has nothing to tidy. A cleanup is no job:
 * what `me` means for one, `Judge` tells.
 */
export function planTidy(
	root: string,
	me: JobIdentity,
	limits: Limits,
	{ now, orphans }: TidyOccasion,
): TidyPlan | CacheFailure {
	return within(root, { removals: [], kept: [], litter: [] }, () =>
		planRoot(root, { me, now, limits, orphans }),
	);
}

/** Carries a plan out. What is no longer right when its turn comes is kept; what can't be removed hinders nothing else. */
export function carryOutTidy(root: string, plan: TidyPlan, judge: Judge): CarriedOut | CacheFailure {
	return within(root, { removed: [], kept: [], failed: [] }, () => carryOut(root, plan, judge));
}

/**
 * Tidies a whole root: the clones of dead jobs, superseded generations, and the berths that the limits say, least
 * recently used first. A berth that a living job has open is never touched.
 */
export function tidyCache(root: string, me: JobIdentity, limits: Limits, now: Date): Tidied | CacheFailure {
	const plan = planTidy(root, me, limits, { now, orphans: true });
	if ("kind" in plan) return plan;
	const done = carryOutTidy(root, plan, { me, now });
	if ("kind" in done) return done;
	return { removed: done.removed, freedBytes: done.removed.reduce((sum, each) => sum + each.bytes, 0) };
}

/** The berths of a root, the least recently used first; writes nothing. */
export function berthsByUse(root: string, me: JobIdentity, now: Date): readonly BerthUsage[] | CacheFailure {
	return within<readonly BerthUsage[]>(root, [], () => usageOf(root, { me, now }));
}

/** Removes one berth unless a job has it open; another job's clone or swap-in that comes meanwhile survives it. */
export function dropBerth(root: string, berth: BerthDir, judge: Judge): readonly Removed[] | CacheFailure {
	return within<readonly Removed[] | CacheFailure>(root, [], () => {
		const removals = survey(root, judge, [berth]).berths.map((found) =>
			berthRemoval(found, "it was asked for"),
		);
		const { removed, failed } = carryOut(root, { removals, litter: [] }, judge);
		const path = JSON.stringify(paths.berth(root, berth));
		const [problem] = failed.map(({ reason }) => `cache-root: ${path} can't be removed: ${reason}`);
		return problem === undefined ? removed : { kind: "failed", problem };
	});
}

function within<T>(root: string, nothing: T, act: () => T): T | CacheFailure {
	const check = checkRoot(root);
	if (check.kind === "unusable") return { kind: "failed", problem: check.problem };
	return check.kind === "missing" ? nothing : orFailure(root, act);
}
