import { rmdirSync } from "node:fs";
import { join } from "node:path";
import type { JobIdentity } from "../../src/cache/job-records.ts";
import {
	carryOutTidy,
	commitCache,
	openCache,
	planTidy,
	releaseCache,
	tidyCache,
} from "../../src/cache/store.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";

/** One of several processes that use one berth at once, each a runner of its own. */
export type BerthUser = {
	readonly root: string;
	readonly name: string;
	readonly runner: string;
	readonly rounds: number;
	/** How long a berth that nobody uses stays; a minute unless given. */
	readonly maxAgeMs?: number;
	/**
	 * `rmdir` takes away empty directories all the time, which retention does now and then. `sweep` is a cleanup that
	 * takes only what nobody uses, `clear` one that takes every berth that is not open.
	 */
	readonly does: "build" | "look" | "remove" | "rmdir" | "sweep" | "clear";
};

/** What it prints: whatever went otherwise than a user would expect, and how often it found a cache, or something to remove. */
export type BerthUserSaid = { readonly wrong: readonly unknown[]; readonly found: number };

const {
	root,
	name,
	runner,
	rounds,
	does,
	maxAgeMs = 60_000,
} = JSON.parse(process.argv[2] ?? "") as BerthUser;
const wrong: unknown[] = [];
let found = 0;
for (let round = 0; round < rounds; round++) {
	if (does === "rmdir") {
		removeEmpty();
		continue;
	}
	const me = { runner, job: `${round}` };
	if (does === "sweep" || does === "clear") {
		cleanUp(me, does === "sweep" ? maxAgeMs : -60_000);
		continue;
	}
	if (does === "remove") remove(me);
	use(me, round);
}
process.stdout.write(JSON.stringify({ wrong, found } satisfies BerthUserSaid));

function use(me: JobIdentity, round: number): void {
	const opened = openCache({ root, name, me, engine: null, now: new Date() });
	if (opened.kind === "failed") {
		note({ round, opened });
		return;
	}
	const { base } = opened.hold.clone;
	if (base !== null) {
		found += 1;
		const faults = faultsIn(opened.dir);
		if (faults.length > 0) note({ round, faults });
	}
	if (opened.remarks.length > 0) note({ round, remarks: opened.remarks });
	if (does === "look") {
		const released = releaseCache(opened.hold);
		if (released.kind === "failed") note({ round, released });
		return;
	}
	exportInto(opened.dir, layers("base", `${round % 3 === 0 ? "common" : runner} ${round >> 1}`));
	const committed = commitCache(opened.hold, me, { now: new Date() });
	if (committed.kind !== "swapped-in" && committed.kind !== "unchanged") note({ round, committed });
	const tidied = tidyCache(root, me, { maxAgeMs }, new Date());
	if ("kind" in tidied) note({ round, tidied });
}

function remove(me: JobIdentity): void {
	const removed = tidyCache(root, me, { maxAgeMs: -60_000 }, new Date());
	if ("kind" in removed) note({ removed });
}

function cleanUp(me: JobIdentity, unusedMs: number): void {
	const now = new Date();
	const limits = { maxAgeMs: unusedMs, maxSize: { kind: "bytes", bytes: 1 << 30 } } as const;
	const plan = planTidy(root, me, limits, { now, orphans: true });
	const done = "kind" in plan ? plan : carryOutTidy(root, plan, { me, now });
	if ("kind" in done || done.failed.length > 0) note({ done });
	else found += done.removed.length;
}

function removeEmpty(): void {
	for (const part of ["clones", "generations", "."]) {
		try {
			rmdirSync(join(root, "berths", name, part));
		} catch {
			// In use, or gone already.
		}
	}
}

function note(what: unknown): void {
	wrong.push(what);
}
