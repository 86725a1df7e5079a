import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { firstCorrupt, readLayout } from "../../src/cache/layout.ts";
import { condemnIfCorrupt, releaseCache } from "../../src/cache/store.ts";
import { entries, inForce, look } from "./disk.ts";
import { build, commit, newRoot, open, scratch } from "./jobs.ts";
import { blob, exportInto, faultsIn, hexOfLayer, layer, layers } from "./layouts.ts";

/** Turns the bytes of a blob without changing how many there are: what a failing disk does. */
function rot(dir: string, seed: string): string {
	const path = blob(dir, hexOfLayer(layer(seed)));
	rmSync(path);
	writeFileSync(path, layer("rotten").bytes);
	return `sha256:${hexOfLayer(layer(seed))}`;
}

describe("the first corrupt blob of a layout", () => {
	test("is none where all are good, and each was read", async (t) => {
		const dir = scratch(t);
		const exported = exportInto(dir, layers("base", "packages"));
		const layout = readLayout(dir);
		assert.ok(layout.kind === "whole");
		let seen = 0;
		const corrupt = await firstCorrupt(dir, layout.live, (bytes) => {
			seen += bytes;
		});
		assert.equal(corrupt, undefined);
		assert.equal(
			seen,
			[...exported.values()].reduce((sum, size) => sum + size),
		);
	});

	test("is named where the bytes are others but as many, or can't be read", async (t) => {
		const dir = scratch(t);
		exportInto(dir, layers("base", "packages"));
		const layout = readLayout(dir);
		assert.ok(layout.kind === "whole");
		const digest = rot(dir, "packages");
		assert.equal(readLayout(dir).kind, "whole");
		assert.equal(await firstCorrupt(dir, layout.live), digest);
		rmSync(blob(dir, hexOfLayer(layer("packages"))));
		assert.equal(await firstCorrupt(dir, layout.live), digest);
	});
});

describe("after a build that failed on its cache", () => {
	test("a good generation stays", async (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		const opened = open(root, "app");
		assert.equal(await condemnIfCorrupt(opened.hold), undefined);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("so does that of a build which had none", async (t) => {
		assert.equal(await condemnIfCorrupt(open(newRoot(t), "app").hold), undefined);
	});

	test("a corrupt one is set aside; the build runs again from nothing, and its cache is good", async (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base", "packages"));
		const digest = rot(inForce(root, "app"), "packages");
		const opened = open(root, "app");
		const condemned = await condemnIfCorrupt(opened.hold);
		assert.ok(condemned);
		assert.equal(condemned.reason, `${digest} in the cache is corrupt`);
		assert.deepEqual(entries(opened.dir), []);
		assert.equal(open(root, "app").hold.clone.base, null);
		exportInto(opened.dir, layers("base", "packages"));
		assert.equal(commit({ ...opened, hold: condemned.hold }).kind, "swapped-in");
		assert.equal(look(root, "app").generations.length, 1);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("is not blamed for a clone that is gone, as when a job is killed right after its commit", async (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		const { hold } = open(root, "app");
		releaseCache(hold);
		assert.equal(await condemnIfCorrupt(hold), undefined);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("is not blamed for a blob that somebody deleted from the clone", async (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		const { hold, dir } = open(root, "app");
		rmSync(blob(dir, hexOfLayer(layer("base"))));
		assert.equal(await condemnIfCorrupt(hold), undefined);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});
