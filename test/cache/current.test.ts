import assert from "node:assert/strict";
import {
	chmodSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { berthPath, entries, inForce, look } from "./disk.ts";
import { build, newRoot, open, scratch, tidy } from "./jobs.ts";
import { blob, faultsIn, hexOfLayer, layer, layers } from "./layouts.ts";

type Break = (current: string, elsewhere: string) => void;

const breaks: Readonly<Record<string, Break>> = {
	"names a generation that is gone": (current) =>
		writeFileSync(current, "20260101T000000Z-0123456789abcdef\n"),
	"is empty": (current) => writeFileSync(current, ""),
	"is garbage": (current) => writeFileSync(current, "\0\0\0"),
	"is a path": (current) => writeFileSync(current, "../../../../etc\n"),
	"is long": (current) => writeFileSync(current, "x".repeat(100_000)),
	"is a directory": (current) => {
		rmSync(current);
		mkdirSync(current);
	},
	"is a directory with something in it": (current) => {
		rmSync(current);
		mkdirSync(join(current, "something"), { recursive: true });
	},
	"is a link": (current, elsewhere) => {
		writeFileSync(join(elsewhere, "current"), readFileSync(current));
		rmSync(current);
		symlinkSync(join(elsewhere, "current"), current);
	},
	"is a link to nowhere": (current) => {
		rmSync(current);
		symlinkSync("nowhere", current);
	},
};

for (const [what, damage] of Object.entries(breaks)) {
	describe(`where \`current\` ${what}`, () => {
		test("the build is told, goes without its cache, and leaves one that is whole", (t) => {
			const [root, elsewhere] = [newRoot(t), scratch(t)];
			build(root, "app", layers("base"));
			damage(berthPath(root, "app", "current"), elsewhere);
			const { opened, committed } = build(root, "app", layers("base"));
			assert.equal(opened.hold.clone.base, null);
			assert.equal(opened.remarks.length, 1);
			assert.equal(committed.kind, "swapped-in");
			assert.equal(look(root, "app").generations.length, 1);
			assert.deepEqual(look(root, "app").others, []);
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
			assert.deepEqual(open(root, "app").remarks, []);
		});

		test("tidying goes on, and removes the berth when its time has come", (t) => {
			const [root, elsewhere] = [newRoot(t), scratch(t)];
			build(root, "app", layers("base"));
			build(root, "other", layers("base"));
			damage(berthPath(root, "app", "current"), elsewhere);
			tidy(root);
			tidy(root, { maxAgeMs: -60_000 });
			assert.deepEqual(entries(join(root, "berths")), []);
		});
	});
}

describe("a generation with a blob cut short", () => {
	const cut = (root: string) => {
		const path = blob(inForce(root, "app"), hexOfLayer(layer("base")));
		chmodSync(path, 0o644);
		truncateSync(path, 100);
	};

	test("is not used, and the remark names the blob", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		cut(root);
		const { dir, hold, remarks } = open(root, "app");
		assert.equal(hold.clone.base, null);
		assert.deepEqual(entries(dir), []);
		assert.match(remarks.join(), new RegExp(`${hexOfLayer(layer("base"))} has 100 bytes instead of 6000`));
	});

	test("is cleared away by the next commit", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		cut(root);
		assert.equal(build(root, "app", layers("base", "packages")).committed.kind, "swapped-in");
		assert.deepEqual(look(root, "app").generations, [look(root, "app").current]);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});
