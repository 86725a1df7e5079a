import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { berthPath, entries, inForce, look } from "./disk.ts";
import { build, newRoot, open, roomy, scratch, tidy } from "./jobs.ts";
import { faultsIn, layers } from "./layouts.ts";

const id = "20260101T000000Z-0123456789abcdef";
const dead = { runner: "one", job: "dead", engine: null, since: "2026-01-01T00:00:00Z" };
const next = { runner: "one", job: "next" };

function writeRecord(root: string, record: unknown, name = `${id}.json`): string {
	mkdirSync(join(root, "jobs"), { recursive: true });
	const path = join(root, "jobs", name);
	writeFileSync(path, typeof record === "string" ? record : JSON.stringify(record));
	return path;
}

function rootWithBerth(t: TestContext): string {
	const root = newRoot(t);
	build(root, "app", layers("base"));
	return root;
}

const garbage: Readonly<Record<string, unknown>> = {
	empty: "",
	"half of one": '{"runner":"one","job',
	"no JSON": "\0\0\0",
	null: "null",
	"a list": [],
	"without clones": dead,
	"with clones that are none": { ...dead, clones: [null, 1, "app", {}] },
	"with a number for a runner": { ...dead, runner: 1, clones: [] },
	huge: "[".repeat(3_000_000),
};

describe("a record that is", () => {
	for (const [what, record] of Object.entries(garbage)) {
		test(`${what} hinders nobody, and goes after a week`, (t) => {
			const root = rootWithBerth(t);
			const path = writeRecord(root, record);
			assert.equal(build(root, "app", layers("base", "more"), next).committed.kind, "swapped-in");
			tidy(root, roomy, next);
			const weekAgo = Date.now() / 1000 - 7 * 24 * 60 * 60;
			if (look(root, "app").jobs.length > 0) utimesSync(path, weekAgo, weekAgo);
			tidy(root, roomy, next);
			assert.deepEqual(look(root, "app").jobs, []);
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
		});
	}

	test("a directory, or a link, hinders nobody either, and goes after a week", (t) => {
		const root = rootWithBerth(t);
		const elsewhere = writeRecord(scratch(t), { ...dead, clones: [] });
		mkdirSync(join(root, "jobs", `${id}.json`));
		symlinkSync(elsewhere, join(root, "jobs", "20260101T000000Z-1123456789abcdef.json"));
		const weekAgo = Date.now() / 1000 - 7 * 24 * 60 * 60;
		utimesSync(join(root, "jobs", `${id}.json`), weekAgo, weekAgo);
		build(root, "app", layers("base", "more"), next);
		tidy(root, roomy, next);
		assert.deepEqual(look(root, "app").jobs, ["20260101T000000Z-1123456789abcdef.json"]);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("under a foreign name is left where it is", (t) => {
		const root = rootWithBerth(t);
		const path = writeRecord(root, { ...dead, clones: [] }, "notes.json");
		utimesSync(path, 0, 0);
		tidy(root, roomy, next);
		assert.deepEqual(look(root, "app").jobs, ["notes.json"]);
	});
});

describe("a record that names paths for ids", () => {
	const clones: Readonly<Record<string, unknown>> = {
		"as the clone": { berth: "app", id: "../../../../precious" },
		"as the berth": { berth: "../../precious", id },
		"absolute, as the berth": { berth: "/precious", id },
		"as a dot": { berth: "app", id: "." },
		"as nothing": { berth: "app", id: "" },
	};
	for (const [what, clone] of Object.entries(clones)) {
		test(`${what} takes nothing away`, (t) => {
			const root = rootWithBerth(t);
			for (const dir of [join(root, "precious"), join(root, "..", "precious", "clones", id)])
				mkdirSync(dir, { recursive: true });
			writeRecord(root, { ...dead, clones: [clone] });
			const opened = open(root, "app", { runner: "two", job: "1" });
			open(root, "other", next);
			tidy(root, roomy, next);
			assert.ok(entries(root).includes("precious"));
			assert.ok(entries(join(root, "..", "precious", "clones")).includes(id));
			assert.deepEqual(faultsIn(opened.dir), []);
		});
	}

	test("or a berth or `clones` that is a link, takes nothing away behind it", (t) => {
		const [root, elsewhere] = [rootWithBerth(t), scratch(t)];
		mkdirSync(join(elsewhere, "clones", id), { recursive: true });
		mkdirSync(join(elsewhere, "generations", id), { recursive: true });
		symlinkSync(elsewhere, berthPath(root, "linked"));
		mkdirSync(berthPath(root, "half-linked"));
		symlinkSync(join(elsewhere, "clones"), berthPath(root, "half-linked", "clones"));
		writeRecord(root, { ...dead, clones: ["linked", "half-linked"].map((berth) => ({ berth, id })) });
		tidy(root, { maxAgeMs: -60_000 }, next);
		assert.deepEqual(entries(join(elsewhere, "clones")), [id]);
		assert.deepEqual(entries(join(elsewhere, "generations")), [id]);
	});
});
