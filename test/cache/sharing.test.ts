import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inForce, inode, usage } from "./disk.ts";
import { build, newRoot, roomy, tidy } from "./jobs.ts";
import { blob, faultsIn, hexOfLayer, layer, layers } from "./layouts.ts";

const megabyte = 1 << 20;
const base = layer("base", megabyte);

describe("ten images on one base", () => {
	test("cost one base", (t) => {
		const root = newRoot(t);
		const shared = Array.from({ length: 10 }, (_, at) => {
			const { committed } = build(root, `app-${at}`, [base, layer(`app ${at}`)]);
			return committed.kind === "swapped-in" ? committed.bytesShared : undefined;
		});
		assert.deepEqual(shared, [0, ...Array.from({ length: 9 }, () => megabyte)]);
		const inodes = shared.map((_, at) => inode(blob(inForce(root, `app-${at}`), hexOfLayer(base))));
		assert.equal(new Set(inodes).size, 1);
		assert.ok(usage(join(root, "berths")).bytes < 2 * megabyte);
	});

	test("keep it as long as one of them is left", (t) => {
		const root = newRoot(t);
		for (const name of ["one", "two"]) build(root, name, [base, layer(name)]);
		rmSync(join(root, "berths", "one"), { recursive: true });
		tidy(root, roomy);
		assert.deepEqual(faultsIn(inForce(root, "two")), []);
	});

	test("stay apart in what differs, when one of them is rebuilt on another base", (t) => {
		const root = newRoot(t);
		for (const name of ["one", "two"]) build(root, name, [base, layer(name)]);
		build(root, "one", [layer("newer base", megabyte), layer("one")]);
		assert.deepEqual(faultsIn(inForce(root, "one")), []);
		assert.deepEqual(faultsIn(inForce(root, "two")), []);
	});
});

describe("a neighbour's blob that has gone bad is not taken", () => {
	const rotten: Readonly<Record<string, Buffer>> = {
		"in its last byte": Buffer.concat([base.bytes.subarray(0, -1), Buffer.from([0])]),
		"in its first byte": Buffer.concat([Buffer.from([0]), base.bytes.subarray(1)]),
		"and is cut short": base.bytes.subarray(0, -1),
		"and is empty": Buffer.alloc(0),
		"and has grown": Buffer.concat([base.bytes, Buffer.alloc(1)]),
	};
	for (const [what, bytes] of Object.entries(rotten)) {
		test(what, (t) => {
			const root = newRoot(t);
			build(root, "bad", [base]);
			const theirs = blob(inForce(root, "bad"), hexOfLayer(base));
			rmSync(theirs);
			writeFileSync(theirs, bytes, { mode: 0o444 });
			const { committed } = build(root, "app", [base]);
			assert.equal(committed.kind === "swapped-in" && committed.bytesShared, 0);
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
			assert.deepEqual(readFileSync(theirs), bytes);
		});
	}

	test("but another neighbour's good one is", (t) => {
		const root = newRoot(t);
		build(root, "bad", [base]);
		rmSync(blob(inForce(root, "bad"), hexOfLayer(base)));
		writeFileSync(blob(inForce(root, "bad"), hexOfLayer(base)), Buffer.alloc(megabyte));
		build(root, "good", [base]);
		const { committed } = build(root, "app", [base]);
		assert.equal(committed.kind === "swapped-in" && committed.bytesShared, megabyte);
	});
});

test("small files are not worth a link, and are each berth's own", (t) => {
	const root = newRoot(t);
	for (const name of ["one", "two"]) build(root, name, [layer("small", 100), ...layers("base")]);
	const inodes = ["one", "two"].map((name) =>
		inode(blob(inForce(root, name), hexOfLayer(layer("small", 100)))),
	);
	assert.notEqual(inodes[0], inodes[1]);
});
