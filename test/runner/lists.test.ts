import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { attributes, lines, quotedItems, words } from "../../src/runner/lists.ts";

test("lines drop what is blank and trim what isn't, whatever ends them", () => {
	assert.deepEqual(lines("  a b \r\n\n \t\n# c\nd,e"), ["a b", "# c", "d,e"]);
	assert.deepEqual(lines(""), []);
});

test("words are split at commas too", () => {
	assert.deepEqual(words("a,b , c\n\nd,\n,e"), ["a", "b", "c", "d", "e"]);
});

describe("items that may be quoted", () => {
	const cases: readonly (readonly [string, readonly string[]])[] = [
		["", []],
		["\n \n", []],
		["A=1\nB=2", ["A=1", "B=2"]],
		["A= 1 \r\nB=2\r\n", ["A= 1 ", "B=2"]],
		['A={"a":"b","c":"d"}', ['A={"a":"b","c":"d"}']],
		['A=say "hi"', ['A=say "hi"']],
		['"A=1"', ["A=1"]],
		['"A=say ""hi"""\nB=2', ['A=say "hi"', "B=2"]],
		['"A=1\n\n  2"\nB=3', ["A=1\n\n  2", "B=3"]],
		['X=0\n  "A=1\n2\n"  \nB=3', ["X=0", "A=1\n2\n", "B=3"]],
	];
	for (const [raw, items] of cases) {
		test(JSON.stringify(raw), () => assert.deepEqual(quotedItems(raw), { items }));
	}

	test("an unclosed quote is named by its line, and nothing after it is taken for an item", () => {
		assert.deepEqual(quotedItems('A=1\n\n"B=2\nC=3'), { items: ["A=1"], unclosed: 3 });
		assert.deepEqual(quotedItems('"B=2" and more'), { items: [], unclosed: 1 });
	});

	test("a secret of a megabyte is read", () => {
		const value = 'x""\n'.repeat(250_000);
		assert.equal(quotedItems(`"A=${value}"`).items[0]?.length, 2 + 750_000);
	});
});

test("attributes are read as buildx reads them", () => {
	assert.deepEqual(
		attributes('TYPE=local,"src=/a,""b""",flag,x=y=z'),
		new Map([
			["type", "local"],
			["src", '/a,"b"'],
			["x", "y=z"],
		]),
	);
	assert.equal(attributes('type=local,src=a"b'), undefined);
});
