import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isBerthDir } from "../../src/cache/name.ts";
import { entries } from "./disk.ts";
import { build, newRoot, tidy } from "./jobs.ts";
import { layers } from "./layouts.ts";

const hash = "0".repeat(64);
const foreign = [
	".",
	"..",
	".git",
	"a/b",
	"/",
	"A",
	"app ",
	"app\n",
	"é",
	"",
	"%%",
	"%4",
	"%41x%",
	"%4G",
	"%2E",
	"%61",
	"%2e%2e",
	"%ff",
	"%c3",
	"%ud83d%udc33",
	"x".repeat(201),
	`x~${hash}`,
	`~${hash}`,
	`${"x".repeat(120)}~${hash.slice(1)}`,
	`${"x".repeat(120)}~${hash}0`,
	`${"x".repeat(180)}~${hash}`,
	"a~b",
];

describe("what is no berth's directory", () => {
	for (const dir of foreign) {
		test(JSON.stringify(dir).slice(0, 40), () => assert.equal(isBerthDir(dir), false));
	}

	test("nor is what is no text at all", () => {
		assert.ok([undefined, null, 1, {}, ["app"], true].every((value) => !isBerthDir(value)));
	});
});

test("a directory that is no berth's is left alone, however old", (t) => {
	const root = newRoot(t);
	build(root, "app", layers("base"));
	const mine = foreign.filter((dir) => !dir.includes("/") && !["", ".", ".."].includes(dir));
	for (const dir of mine) {
		mkdirSync(join(root, "berths", dir));
		writeFileSync(join(root, "berths", dir, "current"), "mine\n");
	}
	tidy(root, { maxAgeMs: -1 });
	assert.deepEqual(entries(join(root, "berths")), [...mine].sort());
	assert.ok(mine.every((dir) => entries(join(root, "berths", dir)).includes("current")));
});
