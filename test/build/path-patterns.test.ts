import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beginningOf, copied, ignored } from "../../src/build/path-patterns.ts";

describe("a path of COPY means", () => {
	const cases: readonly (readonly [pattern: string, meant: readonly string[], not: readonly string[]])[] = [
		["src", ["src", "src/a/b"], ["srcs", "a/src"]],
		["/src/", ["src/a"], ["lib/src/a"]],
		[".", ["a", "a/b", ".hidden"], []],
		["*.c", ["a.c", ".c"], ["a.h", "src/a.c"]],
		["src/*/x", ["src/a/x", "src/a/x/y"], ["src/x", "src/a/b/x"]],
		["fo?[a-c]", ["fooa", "fooc/x"], ["food", "fo/a"]],
		["a[^b]", ["ac"], ["ab", "a/"]],
		["a\\*b", ["a*b"], ["axb"]],
		["a+(b)|c", ["a+(b)|c"], ["aab"]],
		["../../etc/x", ["etc/x"], ["x"]],
		["a[", ["a["], ["a"]],
	];
	for (const [pattern, meant, not] of cases)
		test(pattern, () => {
			const isMeant = copied(pattern);
			for (const path of meant) assert.ok(isMeant(path), path);
			for (const path of not) assert.ok(!isMeant(path), path);
		});
});

describe("a .dockerignore leaves out", () => {
	const cases: readonly (readonly [
		patterns: readonly string[],
		out: readonly string[],
		not: readonly string[],
	])[] = [
		[["*.log"], ["a.log"], ["a/b.log", "a.logs"]],
		[["**/*.log"], ["a.log", "a/b/c.log"], ["a"]],
		[["node_modules"], ["node_modules/x/y"], ["a/node_modules"]],
		[["**/node_modules"], ["a/node_modules/x", "node_modules"], []],
		[["*", "!src"], ["a", "docs/x"], ["src/a"]],
		[["docs", "!docs/keep.md", "docs/keep.md/x"], ["docs/a"], ["docs/keep.md"]],
		[["a/**"], ["a/b", "a/b/c"], ["a", "b"]],
		[["a/**/z"], ["a/z", "a/b/c/z"], ["az"]],
		[[], [], ["a"]],
	];
	for (const [patterns, out, not] of cases)
		test(patterns.join(" "), () => {
			const isOut = ignored(patterns);
			for (const path of out) assert.ok(isOut(path), path);
			for (const path of not) assert.ok(!isOut(path), path);
		});
});

test("no pattern takes long, whatever is in it", () => {
	const stars = "*a".repeat(40);
	assert.equal(ignored([`**/${stars}b`])("a".repeat(200)), false);
});

test("a pattern begins with the folders before its first wildcard", () => {
	assert.deepEqual(["src/a/*.c", "/src", "*", "."].map(beginningOf), ["src/a", "src", "", ""]);
});
