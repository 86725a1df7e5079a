import assert from "node:assert/strict";
import { mkdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { type GenerationId, newId } from "../../src/cache/paths.ts";
import type { Limits } from "../../src/cache/retention.ts";
import { planTidy, type TidyPlan } from "../../src/cache/store.ts";
import { berthPath, entries, look } from "./disk.ts";
import { build, newRoot, open, roomy, tidy } from "./jobs.ts";
import { exportInto, layer } from "./layouts.ts";

const megabyte = 1 << 20;
const day = 24 * 60 * 60 * 1000;
const me = { runner: "mine", job: "2" };
const dead = { runner: "mine", job: "1" };
const neighbours = { runner: "neighbour's", job: "1" };

function plan(root: string, limits: Limits = roomy, orphans = true): TidyPlan {
	const planned = planTidy(root, me, limits, { now: new Date(), orphans });
	assert.ok(!("kind" in planned), JSON.stringify(planned));
	return planned;
}

function ageBy(path: string, days: number): void {
	const then = (Date.now() - days * day) / 1000;
	utimesSync(path, then, then);
}

/** A root with a berth of a megabyte each, the first of them used last the most days ago. */
function rootWith(t: TestContext, ...names: string[]): string {
	const root = newRoot(t);
	for (const [at, name] of names.entries()) {
		build(root, name, [layer(name, megabyte)], neighbours);
		ageBy(berthPath(root, name, "current"), names.length - at);
	}
	return root;
}

/** A generation of a megabyte that is not in force. */
function addSuperseded(root: string, name: string, suffix = ""): void {
	const dir = berthPath(root, name, "generations", `${newId<GenerationId>(new Date())}${suffix}`);
	mkdirSync(dir);
	exportInto(dir, [layer(`former ${name}`, megabyte)]);
}

function going({ removals }: TidyPlan): string[] {
	return removals.map(({ kind, name }) => `${kind} ${name}`);
}

describe("the plan of a cleanup", () => {
	test("has clones of the dead first, then of none, generations, and berths by age and by size", (t) => {
		const root = rootWith(t, "large", "old", "open", "app");
		ageBy(berthPath(root, "old", "current"), 20);
		const { hold, dir } = open(root, "app", neighbours);
		rmSync(join(root, "jobs", `${hold.job}.json`));
		ageBy(dir, 7);
		addSuperseded(root, "app");
		addSuperseded(root, "old", ".broken");
		open(root, "open", dead);
		ageBy(berthPath(root, "open", "current"), 0.5);
		assert.deepEqual(
			plan(root, { ...roomy, maxSize: { kind: "bytes", bytes: 2.5 * megabyte } }).removals.map(
				({ kind, name, reason }) => [kind, name, reason],
			),
			[
				["clone", "open", "its job is dead"],
				["clone", "app", "no job names it, and it is older than any job can be"],
				["generation", "app", "it is not in force"],
				["generation", "old", "it is broken"],
				["berth", "old", "it was not used for longer than cache-max-age"],
				["berth", "large", "the berths take more than cache-max-size, and it was used least recently"],
			],
		);
	});

	test("takes no berth for its size that fits without the generations that go", (t) => {
		const root = rootWith(t, "app", "other");
		addSuperseded(root, "app");
		const limits: Limits = { ...roomy, maxSize: { kind: "bytes", bytes: 2.5 * megabyte } };
		assert.deepEqual(going(plan(root, limits)), ["generation app"]);
	});

	test("leaves clones and records of dead jobs alone where orphans are not asked for", (t) => {
		const root = rootWith(t, "app");
		open(root, "app", dead);
		const before = look(root, "app");
		const without = plan(root, roomy, false);
		assert.deepEqual([without.removals, without.litter], [[], []]);
		assert.deepEqual(going(plan(root)), ["clone app"]);
		assert.deepEqual(look(root, "app"), before);
	});

	test("names the berths that would go if no job had them open, once", (t) => {
		const root = rootWith(t, "aged", "large", "free");
		for (const name of ["aged", "large"]) open(root, name, neighbours);
		ageBy(berthPath(root, "aged", "current"), 20);
		ageBy(berthPath(root, "large", "current"), 5);
		const { kept, removals } = plan(root, { ...roomy, maxSize: { kind: "bytes", bytes: 0 } });
		assert.deepEqual(kept, [
			{ kind: "berth", name: "aged", reason: "a job has it open" },
			{ kind: "berth", name: "large", reason: "a job has it open" },
		]);
		assert.deepEqual(going({ removals, kept, litter: [] }), ["berth free"]);
		assert.deepEqual(plan(root).kept.length, 1);
		assert.deepEqual(plan(root, { maxAgeMs: 100 * day }).kept, []);
	});

	test("counts what berths share with the last of them that goes, and not what a living job holds", (t) => {
		const root = newRoot(t);
		const base = layer("base", megabyte);
		for (const name of ["one", "two", "three"]) build(root, name, [base], neighbours);
		const bytes = plan(root, { maxAgeMs: -60_000 }).removals.map((each) => each.bytes);
		assert.deepEqual(
			bytes.map((each) => each > megabyte),
			[false, false, true],
		);
		open(root, "three", neighbours);
		const spared = plan(root, { maxAgeMs: -60_000 }).removals.map((each) => each.bytes);
		assert.equal(spared.length, 2);
		assert.ok(spared.every((each) => each < megabyte));
	});

	test("has a dead job's record go though it left no clone", (t) => {
		const root = rootWith(t, "app");
		const { dir } = open(root, "app", dead);
		rmSync(dir, { recursive: true });
		assert.deepEqual(plan(root).removals, []);
		assert.deepEqual(tidy(root, roomy, me).removed, []);
		assert.deepEqual(look(root, "app").jobs, []);
	});

	test("is empty for a root that isn't there or is empty, and nothing is made in it", (t) => {
		const root = newRoot(t);
		const nothing = { removals: [], kept: [], litter: [] };
		assert.deepEqual(plan(root), nothing);
		assert.deepEqual(entries(join(root, "..")), []);
		mkdirSync(root);
		assert.deepEqual(plan(root), nothing);
		assert.deepEqual(entries(root), []);
	});
});
