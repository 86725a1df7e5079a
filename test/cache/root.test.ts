import assert from "node:assert/strict";
import { lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { prepareRoot } from "../../src/cache/root.ts";
import { entries } from "./disk.ts";
import { build, newRoot, open, scratch } from "./jobs.ts";
import { layers } from "./layouts.ts";

describe("a new root", () => {
	test("is made with all its parents, for its owner alone", (t) => {
		const before = process.umask(0);
		t.after(() => process.umask(before));
		const root = join(scratch(t), "not", "yet", "there");
		assert.deepEqual(prepareRoot(root), { kind: "ready", remarks: [] });
		for (const dir of [root, dirname(root), dirname(dirname(root))])
			assert.equal(lstatSync(dir).mode & 0o777, 0o700);
		assert.deepEqual(entries(root), ["CACHEDIR.TAG", "berths", "jobs"]);
	});

	test("is marked as a cache, for backups to leave out; a tag of another's making is left alone", (t) => {
		const root = newRoot(t);
		prepareRoot(root);
		const tag = join(root, "CACHEDIR.TAG");
		assert.match(readFileSync(tag, "utf8"), /^Signature: 8a477f597d28d172789f06886806bc55\n/);
		writeFileSync(tag, "mine\n");
		prepareRoot(root);
		assert.equal(readFileSync(tag, "utf8"), "mine\n");
	});

	test("may have any name", (t) => {
		const root = join(scratch(t), "a, b\n'c' \"d\" 🐳 %2e");
		assert.equal(build(root, "app", layers("base")).committed.kind, "swapped-in");
	});
});

test("a root in memory works, with a remark that it does no good there", (t) => {
	const root = mkdtempSync("/dev/shm/berth-cache-");
	t.after(() => rmSync(root, { recursive: true }));
	const { remarks } = open(root, "app");
	assert.equal(remarks.length, 1);
	assert.match(remarks.join(), /^cache-root: "\/dev\/shm\/.*" lies in memory, not on a disk/);
});
