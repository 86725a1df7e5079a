import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { Hold } from "../../src/cache/hold.ts";
import { keepStepNotes, readStepNotes } from "../../src/cache/step-notes.ts";
import { berthPath, entries, inode, look } from "./disk.ts";
import { build, newRoot, open, tidy } from "./jobs.ts";
import { layer } from "./layouts.ts";

const most = 1000;

/** A berth that was committed, and the hold that this was done with. */
function committed(t: TestContext): { root: string; hold: Hold; path: string } {
	const root = newRoot(t);
	const { opened } = build(root, "app", [layer("one")]);
	return { root, hold: opened.hold, path: berthPath(root, "app", "steps.json") };
}

describe("what a berth keeps of its last build's steps", () => {
	test("is there for the next job, and is replaced", (t) => {
		const { root, hold } = committed(t);
		assert.equal(readStepNotes(hold, most), undefined);
		keepStepNotes(hold, "one");
		assert.equal(readStepNotes(open(root, "app").hold, most), "one");
		keepStepNotes(hold, "two");
		assert.equal(readStepNotes(hold, most), "two");
		assert.deepEqual(look(root, "app").others, ["steps.json"]);
	});

	test("is not written again where it says the same", (t) => {
		const { hold, path } = committed(t);
		keepStepNotes(hold, "one");
		const before = inode(path);
		keepStepNotes(hold, "one");
		assert.equal(inode(path), before);
	});

	test("goes with its berth", (t) => {
		const { root, hold } = committed(t);
		keepStepNotes(hold, "one");
		utimesSync(berthPath(root, "app", "current"), 1, 1);
		assert.deepEqual(
			tidy(root).removed.map(({ kind, name }) => [kind, name]),
			[["berth", "app"]],
		);
		assert.deepEqual(entries(join(root, "berths")), []);
	});

	test("stays when superseded generations and a dead job's half of it go", (t) => {
		const { root, hold } = committed(t);
		keepStepNotes(hold, "one");
		writeFileSync(berthPath(root, "app", `steps.${hold.clone.id}.tmp`), "half");
		build(root, "app", [layer("two")]);
		assert.deepEqual(look(root, "app").others, ["steps.json"]);
		assert.equal(readStepNotes(hold, most), "one");
	});

	test("is nothing where it is a link, a directory, or too long; and these make way", (t) => {
		const { root, hold, path } = committed(t);
		const secret = join(root, "secret");
		writeFileSync(secret, "secret");
		const strays = [
			() => symlinkSync(secret, path),
			() => mkdirSync(join(path, "x"), { recursive: true }),
			() => writeFileSync(path, "x".repeat(most + 1)),
		];
		for (const put of strays) {
			rmSync(path, { recursive: true, force: true });
			put();
			assert.equal(readStepNotes(hold, most), undefined);
			keepStepNotes(hold, "one");
			assert.equal(readStepNotes(hold, most), "one");
		}
	});

	test("is not kept, without a word, where the berth has gone", (t) => {
		const { root, hold } = committed(t);
		rmSync(berthPath(root, "app"), { recursive: true });
		keepStepNotes(hold, "one");
		assert.deepEqual(entries(join(root, "berths")), []);
	});
});
