import type { JobIdentity } from "../../src/cache/job-records.ts";
import { commitCache, openCache, planTidy, tidyCache } from "../../src/cache/store.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";

/** What the program below is to do: one job from its first step to its last. */
export type OneJob = {
	readonly root: string;
	readonly name: string;
	readonly me: JobIdentity;
	readonly seeds: readonly string[];
	/** Whom to run as; umask 0, as on a root that several users share. */
	readonly uid?: number;
};

/** What it then prints: the outcome of each step, and what was wrong with the cache it opened. */
export type OneJobSaid = {
	readonly opened: ReturnType<typeof openCache>;
	readonly faults?: readonly string[];
	readonly committed?: ReturnType<typeof commitCache>;
	readonly tidied?: ReturnType<typeof tidyCache>;
	/** What it would tidy if it could: every berth that is not open. */
	readonly plan?: ReturnType<typeof planTidy>;
};

const { root, name, me, seeds, uid } = JSON.parse(process.argv[2] ?? "") as OneJob;
if (uid !== undefined) {
	process.umask(0);
	process.setgroups?.([uid]);
	process.setgid?.(uid);
	process.setuid?.(uid);
}
process.stdout.write(JSON.stringify(wholeJob()));

function wholeJob(): OneJobSaid {
	const now = new Date();
	const opened = openCache({ root, name, me, engine: null, now });
	if (opened.kind === "failed") return { opened };
	const faults = opened.hold.clone.base === null ? [] : faultsIn(opened.dir);
	exportInto(opened.dir, layers(...seeds));
	const committed = commitCache(opened.hold, me, { now });
	return {
		opened,
		faults,
		committed,
		tidied: tidyCache(root, me, { maxAgeMs: Number.POSITIVE_INFINITY }, now),
		plan: planTidy(root, me, { maxAgeMs: -60_000 }, { now, orphans: true }),
	};
}
