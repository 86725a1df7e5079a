import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { readLayout } from "../../src/cache/layout.ts";
import { berthPath, inForce, look } from "./disk.ts";
import { build, newRoot, open, scratch, tidy } from "./jobs.ts";
import { blob, exportInto, hexOfLayer, layer, layers } from "./layouts.ts";

/** Moves something away and puts a link to it in its place. */
function replaceByLink(path: string, elsewhere: string): string {
	const target = join(elsewhere, basename(path));
	renameSync(path, target);
	symlinkSync(target, path);
	return target;
}

const parts = ["index.json", "blobs", "blobs/sha256", `blobs/sha256/${hexOfLayer(layer("base"))}`];

describe("a link inside a layout is not followed", () => {
	for (const part of parts) {
		test(part.slice(0, 20), (t) => {
			const dir = scratch(t);
			exportInto(dir, layers("base", "packages"));
			replaceByLink(join(dir, part), scratch(t));
			assert.equal(readLayout(dir).kind, "broken");
		});
	}

	test("a directory in a blob's place is no blob either", (t) => {
		const dir = scratch(t);
		exportInto(dir, layers("base"));
		const path = blob(dir, hexOfLayer(layer("base")));
		rmSync(path);
		mkdirSync(path);
		assert.equal(readLayout(dir).kind, "broken");
	});
});

describe("a link inside a berth is not followed, and nothing behind it is touched", () => {
	for (const part of [...parts, ""]) {
		test(part === "" ? "the generation itself" : part.slice(0, 20), (t) => {
			const [root, elsewhere] = [newRoot(t), scratch(t)];
			build(root, "app", layers("base", "packages"));
			const target = replaceByLink(join(inForce(root, "app"), part), elsewhere);
			const before = lstatSync(target);
			const opened = open(root, "app");
			assert.equal(opened.hold.clone.base, null);
			assert.equal(opened.remarks.length, 1);
			build(root, "app", layers("base", "packages"));
			tidy(root, { maxAgeMs: -1 });
			assert.equal(lstatSync(target).mtimeMs, before.mtimeMs);
			assert.equal(lstatSync(target).nlink, before.nlink);
		});
	}

	test("a berth that is a link is not opened, and says so", (t) => {
		const [root, elsewhere] = [newRoot(t), scratch(t)];
		build(root, "app", layers("base"));
		replaceByLink(berthPath(root, "app"), elsewhere);
		const listing = readdirSync(join(elsewhere, "app"), { recursive: true }).sort();
		assert.throws(() => open(root, "app"), /is not a directory; remove it/);
		tidy(root, { maxAgeMs: -1 });
		assert.deepEqual(readdirSync(join(elsewhere, "app"), { recursive: true }).sort(), listing);
		assert.deepEqual(look(root, "app").jobs, []);
	});

	test("a neighbour that is a link lends no blobs", (t) => {
		const [root, elsewhere] = [newRoot(t), scratch(t)];
		build(root, "neighbour", layers("base"));
		const target = replaceByLink(berthPath(root, "neighbour"), elsewhere);
		const { committed } = build(root, "app", layers("base"));
		assert.equal(committed.kind === "swapped-in" && committed.bytesShared, 0);
		const hex = hexOfLayer(layer("base"));
		const [generation = ""] = readdirSync(join(target, "generations"));
		assert.equal(lstatSync(blob(join(target, "generations", generation), hex)).nlink, 1);
	});
});
