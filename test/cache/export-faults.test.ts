import assert from "node:assert/strict";
import { readFileSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { exportedTo } from "../../src/cache/store.ts";
import { inForce, look } from "./disk.ts";
import { build, commit, newRoot, open, scratch } from "./jobs.ts";
import { blob, exportInto, faultsIn, hexOfLayer, layer, layers } from "./layouts.ts";

type Fault = { readonly outcome: "broken" | "nothing-exported"; readonly cause: (dir: string) => void };

const faults: Readonly<Record<string, Fault>> = {
	"that never came to its export": {
		outcome: "nothing-exported",
		cause: () => {},
	},
	"whose export was cut off before index.json": {
		outcome: "nothing-exported",
		cause: (dir) => {
			const before = readFileSync(join(dir, "index.json"));
			exportInto(dir, layers("base", "new"));
			unlinkSync(join(dir, "index.json"));
			rmSync(blob(dir, hexOfLayer(layer("base"))));
			assert.ok(before.length > 0);
		},
	},
	"whose export was cut off within index.json": {
		outcome: "broken",
		cause: (dir) => {
			exportInto(dir, layers("base", "new"));
			truncateSync(join(dir, "index.json"), 100);
		},
	},
	"whose export left an empty index.json": {
		outcome: "broken",
		cause: (dir) => writeFileSync(join(dir, "index.json"), ""),
	},
	"whose export misses a blob": {
		outcome: "broken",
		cause: (dir) => {
			exportInto(dir, layers("base", "new"));
			rmSync(blob(dir, hexOfLayer(layer("new"))));
		},
	},
	"whose export has a blob that is too short": {
		outcome: "broken",
		cause: (dir) => {
			exportInto(dir, layers("base", "new"));
			truncateSync(blob(dir, hexOfLayer(layer("new"))), 10);
		},
	},
	"that put a link in index.json's place": {
		outcome: "broken",
		cause: (dir) => {
			exportInto(dir, layers("base", "new"));
			rmSync(join(dir, "index.json"));
			symlinkSync("/etc/passwd", join(dir, "index.json"));
		},
	},
	"that removed the directory it was given": {
		outcome: "nothing-exported",
		cause: (dir) => rmSync(dir, { recursive: true }),
	},
};

describe("the former generation stays in force after a build", () => {
	for (const [what, { outcome, cause }] of Object.entries(faults)) {
		test(what, (t) => {
			const root = newRoot(t);
			build(root, "app", layers("base", "old"));
			const before = look(root, "app");
			const opened = open(root, "app");
			cause(opened.dir);
			assert.equal(commit(opened).kind, outcome);
			assert.deepEqual(look(root, "app"), before);
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
		});

		test(`${what}, or none is where there was none`, (t) => {
			const root = newRoot(t);
			const opened = open(root, "app");
			exportInto(opened.dir, layers("base"));
			if (outcome === "nothing-exported") rmSync(join(opened.dir, "index.json"));
			else cause(opened.dir);
			assert.equal(commit(opened).kind, outcome);
			const empty = { current: undefined, generations: [], clones: [], others: [], jobs: [] };
			assert.deepEqual(look(root, "app"), empty);
		});
	}
});

test("what an export leaves beside its layout is not kept", (t) => {
	const root = newRoot(t);
	const opened = open(root, "app");
	exportInto(opened.dir, layers("base"));
	for (const stray of ["index.json.lock", ".fsverity-check-1", "ingest/half", "blobs/sha256/half"])
		writeFileSync(join(opened.dir, stray), "half");
	symlinkSync(scratch(t), join(opened.dir, "link"));
	assert.equal(commit(opened).kind, "swapped-in");
	const left = ["half", "link", "index.json.lock"].filter((each) => look(root, "app").others.includes(each));
	assert.deepEqual(left, []);
	assert.deepEqual(faultsIn(inForce(root, "app")), []);
});

test("whether a build exported is told, even if it exported what was there", (t) => {
	const root = newRoot(t);
	build(root, "app", layers("base"));
	const opened = open(root, "app");
	assert.equal(exportedTo(opened.hold), false);
	exportInto(opened.dir, layers("base"));
	assert.equal(exportedTo(opened.hold), true);
});
