import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type GenerationId, newId } from "../../src/cache/paths.ts";
import { carryOutTidy, planTidy, releaseCache, type TidyPlan } from "../../src/cache/store.ts";
import { needsRoot } from "./children.ts";
import { berthPath, inForce, look } from "./disk.ts";
import { build, newRoot, open } from "./jobs.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";
import { mountMemory } from "./mounts.ts";

const me = { runner: "mine", job: "2" };
const dead = { runner: "mine", job: "1" };
const neighbours = { runner: "neighbour's", job: "1" };
const nothing = { removed: [], kept: [], failed: [] };

function rootWithBerth(t: TestContext): string {
	const root = newRoot(t);
	build(root, "app", layers("base"), neighbours);
	return root;
}

function planned(root: string, maxAgeMs = -60_000): TidyPlan {
	const plan = planTidy(root, me, { maxAgeMs }, { now: new Date(), orphans: true });
	assert.ok(!("kind" in plan), JSON.stringify(plan));
	return plan;
}

function carriedOut(
	root: string,
	plan: TidyPlan,
): Exclude<ReturnType<typeof carryOutTidy>, { kind: "failed" }> {
	const done = carryOutTidy(root, plan, { me, now: new Date() });
	assert.ok(!("kind" in done), JSON.stringify(done));
	return done;
}

describe("what changed since a cleanup was planned is looked at again:", () => {
	test("a berth that a job has open now stays", (t) => {
		const root = rootWithBerth(t);
		const plan = planned(root);
		const opened = open(root, "app", neighbours);
		const kept = [{ kind: "berth", name: "app", reason: "a job has it open" }];
		assert.deepEqual(carriedOut(root, plan), { ...nothing, kept });
		assert.deepEqual([faultsIn(opened.dir), faultsIn(inForce(root, "app"))], [[], []]);
	});

	test("a berth that a job has used stays, be the job over or not", (t) => {
		const root = rootWithBerth(t);
		const plan = planned(root);
		releaseCache(open(root, "app", neighbours).hold);
		const kept = [{ kind: "berth", name: "app", reason: "a job has used it" }];
		assert.deepEqual(carriedOut(root, plan), { ...nothing, kept });
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("a generation that was put in force stays", (t) => {
		const root = rootWithBerth(t);
		const id = newId<GenerationId>(new Date());
		mkdirSync(berthPath(root, "app", "generations", id));
		exportInto(berthPath(root, "app", "generations", id), layers("other"));
		const plan = planned(root, 60_000);
		assert.deepEqual(
			plan.removals.map((each) => each.id),
			[id],
		);
		writeFileSync(berthPath(root, "app", "current"), `${id}\n`);
		const kept = [{ kind: "generation", name: "app", id, reason: "a job has put it in force" }];
		assert.deepEqual(carriedOut(root, plan), { ...nothing, kept });
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("a clone whose job lives after all stays, and its record", (t) => {
		const root = rootWithBerth(t);
		const { dir, hold } = open(root, "app", neighbours);
		const record = join(root, "jobs", `${hold.job}.json`);
		utimesSync(record, 0, 0);
		const plan = planned(root, 60_000);
		utimesSync(record, new Date(), new Date());
		const kept = [{ kind: "clone", name: "app", id: hold.clone.id, reason: "it may be a job's" }];
		assert.deepEqual(carriedOut(root, plan), { ...nothing, kept });
		assert.deepEqual([faultsIn(dir), look(root, "app").jobs], [[], [`${hold.job}.json`]]);
	});

	test("what another cleanup has removed is nobody's fault", (t) => {
		const root = rootWithBerth(t);
		open(root, "app", dead);
		build(root, "other", layers("base"), neighbours);
		const plan = planned(root);
		assert.equal(plan.removals.length, 3);
		assert.equal(carriedOut(root, plan).removed.length, 3);
		assert.deepEqual(carriedOut(root, plan), nothing);
	});

	test("what would have to go by now, but was not planned, stays", (t) => {
		const root = rootWithBerth(t);
		const plan = planned(root);
		build(root, "other", layers("base"), neighbours);
		const { hold } = open(root, "other", dead);
		assert.deepEqual(
			carriedOut(root, plan).removed.map(({ kind, name }) => [kind, name]),
			[["berth", "app"]],
		);
		assert.deepEqual(look(root, "other").clones, [hold.clone.id]);
		assert.deepEqual(look(root, "other").jobs, [`${hold.job}.json`]);
	});
});

describe("a cleanup that can't remove something", { skip: needsRoot }, () => {
	test("says so and why, goes on, and leaves the record of a clone that stays", (t) => {
		const root = rootWithBerth(t);
		const { hold, dir } = open(root, "app", dead);
		mkdirSync(join(dir, "mount"));
		mountMemory(t, join(dir, "mount"));
		build(root, "other", layers("base"), neighbours);
		const done = carriedOut(root, planned(root));
		const reason = "something is mounted in it";
		assert.deepEqual(done.failed, [{ kind: "clone", name: "app", id: hold.clone.id, reason }]);
		assert.deepEqual(
			done.removed.map(({ name }) => name),
			["app", "other"],
		);
		assert.deepEqual(look(root, "app").jobs, [`${hold.job}.json`]);
	});
});
