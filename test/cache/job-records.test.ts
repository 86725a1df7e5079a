import assert from "node:assert/strict";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { commitCache, type Opened, tidyCache } from "../../src/cache/store.ts";
import { berthPath, entries, inForce, look } from "./disk.ts";
import { build, commit, newRoot, open, roomy, tidy } from "./jobs.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";

const day = 24 * 60 * 60 * 1000;
const [mine, next] = [
	{ runner: "mine", job: "1" },
	{ runner: "mine", job: "2" },
];
const neighbours = { runner: "neighbour's", job: "1" };

/** A root with one job that has a berth open, whose clone holds a half export. */
function rootWithJob(t: TestContext, me = mine): { root: string; opened: Opened; record: string } {
	const root = newRoot(t);
	build(root, "app", layers("base"), me);
	const opened = open(root, "app", me);
	exportInto(opened.dir, layers("base", "half"));
	return { root, opened, record: join(root, "jobs", `${opened.hold.job}.json`) };
}

function ageBy(path: string, days: number): void {
	const then = (Date.now() - days * day) / 1000;
	utimesSync(path, then, then);
}

describe("a job's record", () => {
	test("says which runner, which engine, since when, and its clones", (t) => {
		const { record, opened } = rootWithJob(t);
		const { id, berth } = opened.hold.clone;
		const { since, ...rest } = JSON.parse(readFileSync(record, "utf8"));
		assert.ok(Math.abs(Date.now() - Date.parse(since)) < 60_000);
		const clones = [{ berth, id }];
		assert.deepEqual(rest, { ...mine, engine: null, id: opened.hold.job, clones });
	});

	test("goes with its job", (t) => {
		const { root, opened } = rootWithJob(t);
		commit(opened, mine);
		assert.deepEqual(look(root, "app").jobs, []);
	});
});

describe("a dead job's clone and record", () => {
	test("go when the same runner opens a berth in its next job, be it another berth", (t) => {
		const { root, opened } = rootWithJob(t);
		const now = open(root, "other", next);
		assert.deepEqual(look(root, "app").clones, []);
		assert.deepEqual(look(root, "app").jobs, [`${now.hold.job}.json`]);
		assert.equal(entries(opened.dir).length, 0);
	});

	test("go when it tidies, and what they took is told", (t) => {
		const { root, opened } = rootWithJob(t);
		const { removed } = tidy(root, roomy, next);
		assert.deepEqual(
			removed.map(({ kind, name, id }) => [kind, name, id]),
			[["clone", "app", opened.hold.clone.id]],
		);
		assert.ok(removed.every(({ bytes }) => bytes > 6000));
		assert.deepEqual([look(root, "app").clones, look(root, "app").jobs], [[], []]);
	});

	test("go when a hook of its runner tidies after it, as another job of that runner's", (t) => {
		const { root } = rootWithJob(t);
		const hook = { ...mine, job: `${mine.job} hook` };
		assert.equal(tidy(root, roomy, hook).removed.length, 1);
		assert.deepEqual([look(root, "app").clones, look(root, "app").jobs], [[], []]);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("go after a week, whoever tidies", (t) => {
		const { root, record } = rootWithJob(t);
		ageBy(record, 7);
		tidy(root, roomy, neighbours);
		assert.deepEqual([look(root, "app").clones, look(root, "app").jobs], [[], []]);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("go after a week even if the record was lost", (t) => {
		const { root, opened, record } = rootWithJob(t);
		writeFileSync(record, "");
		ageBy(record, 7);
		ageBy(opened.dir, 7);
		tidy(root, roomy, neighbours);
		assert.deepEqual([look(root, "app").clones, look(root, "app").jobs], [[], []]);
	});
});

describe("a living job's clone", () => {
	for (const [whose, me] of Object.entries({ "the same job's": mine, "a neighbour's": neighbours })) {
		for (const days of [0, 5]) {
			test(`is not touched by ${whose} tidying when it is ${days} days old`, (t) => {
				const { root, opened, record } = rootWithJob(t);
				ageBy(record, days);
				ageBy(opened.dir, 9);
				tidy(root, { maxAgeMs: -60_000 }, me);
				assert.deepEqual(faultsIn(opened.dir), []);
				assert.equal(commit(opened, mine).kind, "swapped-in");
				assert.deepEqual(faultsIn(inForce(root, "app")), []);
			});
		}
	}

	test("nor is its generation on the way in", (t) => {
		const { root, opened } = rootWithJob(t);
		const { berth, id } = opened.hold.clone;
		// What a swap-in looks like between its two renames.
		const arriving = join(root, "berths", berth, "generations", id);
		mkdirSync(arriving);
		exportInto(arriving, layers("arriving"));
		writeFileSync(berthPath(root, "app", `current.${id}.tmp`), `${id}\n`);
		tidy(root, roomy, neighbours);
		build(root, "app", layers("base", "neighbour's"), neighbours);
		assert.deepEqual(faultsIn(arriving), []);
		assert.deepEqual(look(root, "app").others, [`current.${id}.tmp`]);
		tidy(root, roomy, next);
		assert.deepEqual(look(root, "app").generations, [look(root, "app").current]);
		assert.deepEqual(look(root, "app").others, []);
	});

	for (const minutes of [-10, 10]) {
		test(`nor does a clock that is ${minutes} minutes off harm it`, (t) => {
			const { root, opened } = rootWithJob(t);
			const off = new Date(Date.now() + minutes * 60_000);
			assert.ok("removed" in tidyCache(root, neighbours, roomy, off));
			assert.deepEqual(faultsIn(opened.dir), []);
			assert.equal(commitCache(opened.hold, mine, { now: off }).kind, "swapped-in");
			assert.ok("removed" in tidyCache(root, neighbours, roomy, new Date()));
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
		});
	}
});
