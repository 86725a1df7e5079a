import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { decodeName, encodeName, isBerthDir } from "../../src/cache/name.ts";
import { berthPath } from "./disk.ts";
import { build, newRoot, open, scratch } from "./jobs.ts";
import { layers } from "./layouts.ts";

const curious = [
	"",
	"app",
	"ghcr.io/owner/app:1.0@sha256:00",
	"..",
	".",
	"...",
	"/",
	"../../etc/passwd",
	"a/../b",
	"A",
	"a",
	"%41",
	"%2e%2e",
	"a~b",
	"~",
	"-rf",
	" ",
	"a\nb\r\n",
	"\0",
	"\u202e",
	"naïve",
	"nai\u0308ve",
	"🐳",
	"\ud83d",
	"\udc33",
	"\udc33\ud83d",
	"\ufffd",
	"\ufeffapp",
	"x".repeat(200),
];

describe("a container name", () => {
	for (const name of curious) {
		test(`${JSON.stringify(name).slice(0, 40)} becomes one safe directory, and that the name again`, () => {
			const dir = encodeName(name);
			assert.match(dir, /^[a-z0-9_%-][a-z0-9_.%-]*$/);
			assert.ok(Buffer.byteLength(dir) <= 255);
			assert.ok(isBerthDir(dir));
			assert.equal(decodeName(dir), name);
		});
	}

	test("differs from every other, even where the file system ignores case", () => {
		const dirs = new Set(curious.map((name) => encodeName(name).toLowerCase()));
		assert.equal(dirs.size, curious.length);
	});

	test("that is plain already reads as it is", () => {
		assert.equal(encodeName("my_app-1.2"), "my_app-1.2");
	});
});

describe("a name too long for a directory", () => {
	const long = [
		"x".repeat(201),
		"x".repeat(300),
		"🐳".repeat(300),
		"\ud83d".repeat(99),
		`${"x".repeat(300)}y`,
	];

	test("still becomes a directory of its own that begins like it", (t) => {
		const dirs = long.map(encodeName);
		assert.equal(new Set(dirs).size, long.length);
		assert.ok(dirs.every(isBerthDir));
		assert.ok(dirs[0]?.startsWith("x".repeat(100)));
		for (const dir of dirs) mkdirSync(join(scratch(t), `${dir}.broken`));
	});

	test("keeps apart what only differs in an invalid character", () => {
		const tail = "x".repeat(300);
		assert.notEqual(encodeName(`${tail}\ud83d`), encodeName(`${tail}\ufffd`));
	});

	test("is written out in the berth, whose directory alone doesn't tell it", (t) => {
		const root = newRoot(t);
		for (const name of long.filter((each) => each.isWellFormed())) {
			open(root, name);
			assert.equal(decodeName(encodeName(name)), undefined);
			assert.equal(readFileSync(berthPath(root, name, "name"), "utf8"), name);
		}
	});
});

test("every curious name can be built, under no more than one directory each", (t) => {
	const root = newRoot(t);
	for (const name of curious) assert.equal(build(root, name, layers("base")).committed.kind, "swapped-in");
	assert.equal(readdirSync(join(root, "berths")).length, curious.length);
});
