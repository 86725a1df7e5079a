import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { berthPath, entries, look } from "./disk.ts";
import { build, newRoot, open, scratch, tidy } from "./jobs.ts";
import { layers } from "./layouts.ts";

const name = "registry.example/".repeat(20);

describe("the file that keeps a long name", () => {
	test("is only there where the directory doesn't tell the name", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		build(root, name, layers("base"));
		assert.deepEqual(look(root, "app").others, []);
		assert.deepEqual(look(root, name).others, ["name"]);
		assert.equal(readFileSync(berthPath(root, name, "name"), "utf8"), name);
	});

	for (const [what, text] of Object.entries({ torn: name.slice(0, 9), empty: "", foreign: "another" })) {
		test(`is put right when it is ${what}`, (t) => {
			const root = newRoot(t);
			build(root, name, layers("base"));
			writeFileSync(berthPath(root, name, "name"), text);
			open(root, name);
			assert.equal(readFileSync(berthPath(root, name, "name"), "utf8"), name);
		});
	}

	test("is not written through a link", (t) => {
		const [root, elsewhere] = [newRoot(t), scratch(t)];
		build(root, name, layers("base"));
		writeFileSync(join(elsewhere, "precious"), "precious");
		rmSync(berthPath(root, name, "name"));
		symlinkSync(join(elsewhere, "precious"), berthPath(root, name, "name"));
		open(root, name);
		assert.equal(readFileSync(join(elsewhere, "precious"), "utf8"), "precious");
		assert.equal(readFileSync(berthPath(root, name, "name"), "utf8"), name);
	});

	test("goes with its berth, be it a directory by now", (t) => {
		const root = newRoot(t);
		build(root, name, layers("base"));
		rmSync(berthPath(root, name, "name"));
		mkdirSync(berthPath(root, name, "name"));
		tidy(root, { maxAgeMs: -60_000 });
		assert.deepEqual(entries(join(root, "berths")), []);
	});
});
