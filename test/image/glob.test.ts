import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { expandGlob } from "../../src/image/glob.ts";
import { scratch } from "./reading.ts";

/** What a glob finds in a folder with these files. */
function finder(t: TestContext, ...files: readonly string[]): (pattern: string) => Promise<string[]> {
	const dir = scratch(t);
	for (const file of files) {
		mkdirSync(join(dir, file, ".."), { recursive: true });
		writeFileSync(join(dir, file), "");
	}
	symlinkSync(".", join(dir, "loop"));
	symlinkSync("gone", join(dir, "dangling"));
	return async (pattern) => (await expandGlob(join(dir, pattern))).map((path) => path.slice(dir.length + 1));
}

const files = [
	"a.tar",
	"ab.tar",
	"b.tar",
	"(c)+.tar",
	"-.tar",
	"].tar",
	".hidden.tar",
	"d/e/f.tar",
	"d/.g/h.tar",
];

describe("a glob", () => {
	for (const [pattern, found] of [
		["?.tar", ["-.tar", "].tar", "a.tar", "b.tar"]],
		["a*.tar", ["a.tar", "ab.tar"]],
		["[ab].tar", ["a.tar", "b.tar"]],
		["[a-c].tar", ["a.tar", "b.tar"]],
		["[!a]*.tar", ["(c)+.tar", "-.tar", "].tar", "b.tar"]],
		["[]-].tar", ["-.tar", "].tar"]],
		["{b,a}.tar", ["a.tar", "b.tar"]],
		["{a{,b},d/e/f}.tar", ["a.tar", "ab.tar", "d/e/f.tar"]],
		["(c)+.t?r", ["(c)+.tar"]],
		[".h*", [".hidden.tar"]],
		["d/**", ["d", "d/e", "d/e/f.tar"]],
		["**/f.tar", ["d/e/f.tar"]],
		["d/**/*.tar", ["d/e/f.tar"]],
		["loop/loop/a*.tar", ["loop/loop/a.tar", "loop/loop/ab.tar"]],
		["l*/a.t*", ["loop/a.tar"]],
		["dang*", ["dangling"]],
		["a.tar/*", []],
		["gone/*", []],
		["[z-a]", []],
		["[a", []],
		["{a", []],
		["*\0", []],
	] as const) {
		it(`finds ${found.join(", ") || "nothing"} by ${JSON.stringify(pattern)}`, async (t) => {
			assert.deepEqual(await finder(t, ...files)(pattern), found);
		});
	}

	it("finds nothing by a pattern that no path can match", async (t) => {
		assert.deepEqual(await finder(t, "a")(`a${"*".repeat(70_000)}`), []);
	});

	it("finds by a path that is not absolute", async () => {
		assert.deepEqual(await expandGlob("test/image/glob.t*.ts"), ["test/image/glob.test.ts"]);
		assert.deepEqual(await expandGlob("./test/image/glob.t*.ts"), ["test/image/glob.test.ts"]);
	});
});
