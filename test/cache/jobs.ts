import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { JobIdentity } from "../../src/cache/job-records.ts";
import type { Limits, Tidied } from "../../src/cache/retention.ts";
import { commitCache, type Opened, openCache, tidyCache } from "../../src/cache/store.ts";
import type { Commit } from "../../src/cache/swap-in.ts";
import { type Exported, exportInto, type Layer } from "./layouts.ts";

const day = 24 * 60 * 60 * 1000;

/** Limits that nothing in a test reaches. */
export const roomy: Limits = { maxAgeMs: 14 * day };

const ends = new WeakMap<TestContext, (() => void)[]>();

/** Undoes something when the test is over, the last done first; `t.after` would begin with the first. */
export function atEnd(t: TestContext, undo: () => void): void {
	const undoing = ends.get(t) ?? [];
	undoing.unshift(undo);
	if (undoing.length > 1) return;
	ends.set(t, undoing);
	t.after(() => {
		for (const each of undoing) each();
	});
}

/** A fresh directory for one test. */
export function scratch(t: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), "berth-cache-"));
	atEnd(t, () => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

/** A cache root for one test; nothing is in it yet. */
export function newRoot(t: TestContext): string {
	return join(scratch(t), "root");
}

let jobs = 0;

/** The next job of a runner. */
export function jobOn(runner: string): JobIdentity {
	jobs += 1;
	return { runner, job: `job ${jobs}` };
}

/** Opens a berth, which has to work. */
export function open(root: string, name: string, me: JobIdentity = jobOn("one")): Opened {
	const opened = openCache({ root, name, me, engine: null, now: new Date() });
	assert.equal(opened.kind, "open", JSON.stringify(opened));
	return opened as Opened;
}

/** Commits what was exported, which has to work. */
export function commit({ hold }: Opened, me: JobIdentity = jobOn("one")): Commit {
	const committed = commitCache(hold, me, { now: new Date() });
	assert.notEqual(committed.kind, "failed", JSON.stringify(committed));
	return committed as Commit;
}

/** Tidies a root, which has to work. */
export function tidy(root: string, limits: Limits = roomy, me: JobIdentity = jobOn("one")): Tidied {
	const tidied = tidyCache(root, me, limits, new Date());
	assert.ok("removed" in tidied, JSON.stringify(tidied));
	return tidied;
}

/** A whole job that builds one image: open, build, commit. */
export function build(
	root: string,
	name: string,
	stack: readonly Layer[],
	me: JobIdentity = jobOn("one"),
): { opened: Opened; exported: Exported; committed: Commit } {
	const opened = open(root, name, me);
	const exported = exportInto(opened.dir, stack);
	return { opened, exported, committed: commit(opened, me) };
}
