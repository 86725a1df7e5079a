import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statfsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { encodeName } from "../../src/cache/name.ts";
import { dropBerth, releaseCache, tidyCache } from "../../src/cache/store.ts";
import { berthPath, entries, inForce, usage } from "./disk.ts";
import { build, newRoot, open, roomy, scratch, tidy } from "./jobs.ts";
import { faultsIn, layer, layers } from "./layouts.ts";

const megabyte = 1 << 20;
const me = { runner: "one", job: "1" };

function usedDaysAgo(root: string, name: string, days: number): void {
	const then = Date.now() / 1000 - days * 24 * 60 * 60;
	utimesSync(berthPath(root, name, "current"), then, then);
}

function berths(root: string): string[] {
	return entries(join(root, "berths"));
}

/** A root with three berths of a megabyte each, used three, two and one day ago. */
function threeBerths(root: string): void {
	for (const [at, name] of ["third", "second", "first"].entries()) {
		build(root, name, [layer(name, megabyte)]);
		usedDaysAgo(root, name, 3 - at);
	}
}

describe("tidying", () => {
	test("removes what was not used for so long, and nothing else", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		usedDaysAgo(root, "second", 15);
		const { removed } = tidy(root);
		assert.deepEqual(
			removed.map(({ kind, name }) => [kind, name]),
			[["berth", "second"]],
		);
		assert.deepEqual(berths(root), ["first", "third"]);
	});

	test("removes the least recently used until the rest fits", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		tidy(root, { ...roomy, maxSize: { kind: "bytes", bytes: 1.5 * megabyte } });
		assert.deepEqual(berths(root), ["first"]);
		assert.deepEqual(faultsIn(inForce(root, "first")), []);
	});

	test("takes a build, or only opening a berth, for a use", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		build(root, "third", [layer("third", megabyte)]);
		open(root, "second");
		tidy(root, { ...roomy, maxSize: { kind: "bytes", bytes: 2.5 * megabyte } });
		assert.deepEqual(berths(root), ["second", "third"]);
	});

	test("takes a share of the disk for a bound", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		const { blocks, bsize } = statfsSync(root);
		tidy(root, { ...roomy, maxSize: { kind: "percent", percent: 100 } });
		assert.equal(berths(root).length, 3);
		const percent = ((1.5 * megabyte) / (blocks * bsize)) * 100;
		tidy(root, { ...roomy, maxSize: { kind: "percent", percent } });
		assert.deepEqual(berths(root), ["first"]);
	});

	test("says the bytes that the disk gets back", (t) => {
		const root = newRoot(t);
		const base = layer("base", megabyte);
		for (const name of ["one", "two", "three"]) build(root, name, [base, layer(name, megabyte)]);
		for (const name of ["one", "two"]) usedDaysAgo(root, name, 20);
		const before = usage(root).bytes;
		const { removed, freedBytes } = tidy(root);
		assert.equal(removed.length, 2);
		// The directories themselves are not counted: a few blocks.
		const gone = before - usage(root).bytes;
		assert.ok(freedBytes <= gone && freedBytes > gone - 50 * 4096, `${freedBytes} of ${gone}`);
		assert.ok(freedBytes >= 2 * megabyte && freedBytes < 3 * megabyte);
	});

	test("spares a berth that a living job has open, whatever the limits", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		const opened = open(root, "third", { runner: "another", job: "1" });
		tidy(root, { maxAgeMs: -60_000, maxSize: { kind: "bytes", bytes: 0 } });
		assert.deepEqual(berths(root), ["third"]);
		assert.deepEqual(faultsIn(opened.dir), []);
		assert.deepEqual(faultsIn(inForce(root, "third")), []);
	});

	test("can be asked of one berth alone, which stays as long as a living job has it open", (t) => {
		const root = newRoot(t);
		threeBerths(root);
		const { hold } = open(root, "third", me);
		const berth = encodeName("third");
		const another = { runner: "another", job: "1" };
		assert.deepEqual(dropBerth(root, berth, { me: another, now: new Date() }), []);
		releaseCache(hold);
		const dropped = dropBerth(root, berth, { me, now: new Date() });
		assert.ok(!("kind" in dropped) && dropped.length === 1 && dropped[0]?.name === "third");
		assert.deepEqual(berths(root), ["first", "second"]);
	});

	test("leaves what a user put into a berth, and says nothing of a berth that it can't remove", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		writeFileSync(berthPath(root, "app", "notes"), "precious");
		assert.equal(tidy(root, { maxAgeMs: -60_000 }).removed.length, 1);
		assert.deepEqual(entries(berthPath(root, "app")), ["notes"]);
		assert.deepEqual(tidy(root, { maxAgeMs: -60_000 }), { removed: [], freedBytes: 0 });
	});
});

describe("a root that there is nothing to tidy in", () => {
	test("is not made by it", (t) => {
		const root = newRoot(t);
		assert.deepEqual(tidyCache(root, me, roomy, new Date()), { removed: [], freedBytes: 0 });
		assert.deepEqual(readdirSync(join(root, "..")), []);
	});

	test("may be a file, lie behind one, or be foreign; nothing is thrown or touched", (t) => {
		const dir = scratch(t);
		writeFileSync(join(dir, "file"), "");
		mkdirSync(join(dir, "foreign", "berths"), { recursive: true });
		writeFileSync(join(dir, "foreign", "berths", "file"), "");
		for (const root of ["file", "file/behind", "foreign"])
			assert.doesNotThrow(() => tidyCache(join(dir, root), me, { maxAgeMs: -60_000 }, new Date()));
		assert.deepEqual(readdirSync(dir, { recursive: true }).sort(), [
			"file",
			"foreign",
			"foreign/berths",
			"foreign/berths/file",
		]);
	});

	test("may hold files where directories should be", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		for (const part of ["generations", "clones"]) {
			rmSync(berthPath(root, "app", part), { recursive: true });
			writeFileSync(berthPath(root, "app", part), "");
		}
		assert.ok("removed" in tidyCache(root, me, { maxAgeMs: -60_000 }, new Date()));
	});
});
