import assert from "node:assert/strict";
import { lstatSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { releaseCache } from "../../src/cache/store.ts";
import { berthPath, entries, inForce, inode, look, usage } from "./disk.ts";
import { build, commit, newRoot, open } from "./jobs.ts";
import { blob, exportInto, faultsIn, layers } from "./layouts.ts";

const total = (sizes: Iterable<number>) => [...sizes].reduce((sum, size) => sum + size, 0);

describe("the first build", () => {
	test("starts from an empty directory, without a remark", (t) => {
		const { dir, bytes, hold, remarks } = open(newRoot(t), "app");
		assert.deepEqual([entries(dir), bytes, hold.clone.base, remarks], [[], 0, null, []]);
	});

	test("leaves one generation in force, with what was exported and nothing else", (t) => {
		const root = newRoot(t);
		const { exported, committed } = build(root, "app", layers("base", "packages"));
		assert.ok(committed.kind === "swapped-in");
		assert.equal(committed.bytesReused, 0);
		assert.equal(committed.bytesWritten, total(exported.values()));
		const generations = [committed.generation];
		assert.deepEqual(look(root, "app"), {
			current: committed.generation,
			generations,
			clones: [],
			others: [],
			jobs: [],
		});
		assert.deepEqual(entries(inForce(root, "app")), ["blobs", "index.json", "oci-layout"]);
		assert.deepEqual(entries(join(inForce(root, "app"), "blobs", "sha256")), [...exported.keys()].sort());
	});
});

describe("a second build that changes nothing", () => {
	test("starts from all that the first left", (t) => {
		const root = newRoot(t);
		const { exported } = build(root, "app", layers("base"));
		const opened = open(root, "app");
		assert.deepEqual(faultsIn(opened.dir), []);
		assert.equal(opened.bytes, total(exported.values()));
	});

	test("swaps nothing, but notes that the berth was used", (t) => {
		const root = newRoot(t);
		const { exported } = build(root, "app", layers("base"));
		const before = look(root, "app");
		const opened = open(root, "app");
		utimesSync(berthPath(root, "app", "current"), 1, 1);
		exportInto(opened.dir, layers("base"));
		assert.deepEqual(commit(opened), {
			kind: "unchanged",
			generation: before.current,
			bytesReused: total(exported.values()),
		});
		assert.deepEqual(look(root, "app"), before);
		assert.ok(lstatSync(berthPath(root, "app", "current")).mtimeMs > Date.now() - 60_000);
	});
});

describe("a build that changes the last layer", () => {
	test("counts to the byte what it reused and what it wrote", (t) => {
		const root = newRoot(t);
		const first = build(root, "app", layers("base", "packages", "one")).exported;
		const second = build(root, "app", layers("base", "packages", "two"));
		assert.ok(second.committed.kind === "swapped-in");
		const reused = [...second.exported].filter(([hex]) => first.has(hex)).map(([, size]) => size);
		assert.equal(second.committed.bytesReused, total(reused));
		assert.equal(second.committed.bytesWritten, total(second.exported.values()) - total(reused));
	});

	test("writes on the disk no blob that was there", (t) => {
		const root = newRoot(t);
		const first = build(root, "app", layers("base", "one")).exported;
		const inodes = new Map([...first.keys()].map((hex) => [hex, inode(blob(inForce(root, "app"), hex))]));
		const { exported } = build(root, "app", layers("base", "two"));
		const kept = [...exported.keys()].filter((hex) => inodes.has(hex));
		assert.equal(kept.length, 1);
		for (const hex of kept) assert.equal(inode(blob(inForce(root, "app"), hex)), inodes.get(hex));
	});

	test("ten times over leaves one generation, and the disk no fuller", (t) => {
		const root = newRoot(t);
		const after = Array.from({ length: 10 }, (_, round) => {
			const { exported, committed } = build(root, "app", layers("base", "packages", `round ${round}`));
			assert.equal(committed.kind, "swapped-in");
			assert.equal(look(root, "app").generations.length, 1);
			assert.deepEqual(entries(join(inForce(root, "app"), "blobs", "sha256")), [...exported.keys()].sort());
			return usage(root);
		});
		for (const each of after) assert.deepEqual(each, after[0]);
	});
});

test("of two builds at once the later swap wins, and both find their cache good until then", (t) => {
	const root = newRoot(t);
	build(root, "app", layers("base", "zero"), { runner: "one", job: "0" });
	const [one, other] = [
		{ runner: "one", job: "1" },
		{ runner: "two", job: "1" },
	];
	const [first, second] = [open(root, "app", one), open(root, "app", other)];
	exportInto(second.dir, layers("base", "second"));
	exportInto(first.dir, layers("base", "first"));
	assert.equal(commit(second, other).kind, "swapped-in");
	assert.deepEqual(faultsIn(first.dir), []);
	const last = commit(first, one);
	assert.ok(last.kind === "swapped-in");
	assert.equal(readFileSync(berthPath(root, "app", "current"), "utf8").trim(), last.generation);
	assert.deepEqual(look(root, "app").generations, [last.generation]);
	assert.deepEqual(faultsIn(inForce(root, "app")), []);
});

test("a berth given up without a swap is as it was", (t) => {
	const root = newRoot(t);
	build(root, "app", layers("base"));
	const before = look(root, "app");
	const opened = open(root, "app");
	exportInto(opened.dir, layers("other"));
	assert.deepEqual(releaseCache(opened.hold), { kind: "released" });
	assert.deepEqual(look(root, "app"), before);
});
