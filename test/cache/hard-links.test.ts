import assert from "node:assert/strict";
import { lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { berthPath, inForce, inode, look } from "./disk.ts";
import { build, commit, newRoot, open } from "./jobs.ts";
import { blob, exportInto, faultsIn, layers } from "./layouts.ts";

describe("a clone", () => {
	test("has its blobs in common with the generation, and nothing else", (t) => {
		const root = newRoot(t);
		const { exported } = build(root, "app", layers("base", "packages"));
		const [from, { dir }] = [inForce(root, "app"), open(root, "app")];
		for (const hex of exported.keys()) {
			assert.equal(inode(blob(dir, hex)), inode(blob(from, hex)));
			assert.equal(lstatSync(blob(dir, hex)).mode & 0o777, 0o444);
		}
		for (const file of ["index.json", "oci-layout"]) {
			assert.notEqual(inode(join(dir, file)), inode(join(from, file)));
			assert.deepEqual(readFileSync(join(dir, file)), readFileSync(join(from, file)));
		}
	});

	test("may have its index.json rewritten in place; the generation's stays as it is", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		const before = readFileSync(join(inForce(root, "app"), "index.json"));
		const { dir } = open(root, "app");
		exportInto(dir, layers("base", "other"));
		writeFileSync(join(dir, "index.json"), "half of");
		assert.deepEqual(readFileSync(join(inForce(root, "app"), "index.json")), before);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("is one's own: two jobs have two", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		const [one, other] = [
			open(root, "app", { runner: "one", job: "1" }),
			open(root, "app", { runner: "two", job: "1" }),
		];
		assert.notEqual(one.dir, other.dir);
		rmSync(one.dir, { recursive: true });
		assert.deepEqual(faultsIn(other.dir), []);
	});
});

describe("a generation deleted in the middle of a build", () => {
	test("harms neither the build nor its commit", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		const opened = open(root, "app");
		rmSync(inForce(root, "app"), { recursive: true });
		assert.deepEqual(faultsIn(opened.dir), []);
		exportInto(opened.dir, layers("base", "other"));
		assert.equal(commit(opened).kind, "swapped-in");
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("is put back by a build that changed nothing", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		const opened = open(root, "app");
		rmSync(inForce(root, "app"), { recursive: true });
		exportInto(opened.dir, layers("base", "packages"));
		assert.equal(commit(opened).kind, "swapped-in");
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("with `current` and all its berth, too", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		const opened = open(root, "app");
		rmSync(berthPath(root, "app", "current"));
		rmSync(berthPath(root, "app", "generations"), { recursive: true });
		exportInto(opened.dir, layers("base"));
		assert.equal(commit(opened).kind, "swapped-in");
		assert.equal(look(root, "app").generations.length, 1);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});
