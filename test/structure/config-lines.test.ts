import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linesOfTests } from "../../src/structure/config-lines.ts";

const yaml = `schemaVersion: 2.0.0

commandTests:
  - name: apt-get upgrade
    command: apt-get
  - command: "true"
    name: "same name"
  - name: same name
    command: "false"
  - {name: 1.10, command: ls}

fileContentTests:
- name: 'it''s #1'
  path: /a
- name: |-
    several words
  path: /b

fileExistenceTests:
  - name: apt-get upgrade
    path: /

licenseTests:
- debian: true
- files: ["/x"]

metadataTest:
  envVars: []
`;

async function linesOf(text: string, ...names: readonly string[]): Promise<(number | null)[]> {
	const lines = await linesOfTests(text);
	return names.map((name) => lines(name));
}

describe("a test's line", () => {
	it("is that of its item, for every kind of test", async () => {
		const names = [
			...["Command Test: apt-get upgrade", "Command Test: 1.10", "File Content Test: it's #1"],
			...["File Content Test: several words", "File Existence Test: apt-get upgrade", "License Test"],
			...["License Test", "Metadata Test"],
		];
		assert.deepEqual(await linesOf(yaml, ...names), [4, 10, 13, 15, 20, 24, 25, 27]);
	});

	it("is the next one of that name where tests share one", async () => {
		const name = "Command Test: same name";
		assert.deepEqual(await linesOf(yaml, name, name, name), [6, 8, null]);
	});

	it("is found by the bare name, which a test has that could not begin", async () => {
		assert.deepEqual(await linesOf(yaml, "same name", "Command Test: same name"), [6, 8]);
		assert.deepEqual(await linesOf(yaml, "Command Test: apt-get upgrade", "apt-get upgrade"), [4, 20]);
		assert.deepEqual(await linesOf("fileContentTests:\n- path: /a\n- name:\n  path: /b\n", "", ""), [2, 3]);
	});

	it("is found in JSON, indented with tabs and with Go's disregard for case", async () => {
		const json = JSON.stringify(
			{ schemaVersion: "2.0.0", CommandTests: [{ Name: "a" }, { name: "b\n\u00e9" }], metadataTest: {} },
			null,
			"\t",
		);
		const names = ["Command Test: b\n\u00e9", "Command Test: a", "Metadata Test"];
		assert.deepEqual(await linesOf(json, ...names), [7, 4, 11]);
		assert.deepEqual(await linesOf(JSON.stringify(JSON.parse(json)), ...names), [1, 1, 1]);
	});

	it("is found whatever the line ends and in the first of several documents", async () => {
		const text = `---\n${yaml}---\nother: 1\n`.replaceAll("\n", "\r\n");
		assert.deepEqual(await linesOf(text, "Metadata Test"), [28]);
	});

	it("is found where anchors and aliases are used", async () => {
		const text = [
			"x: &tests",
			"- &one {name: first}",
			"- name: &n second",
			"commandTests: *tests",
			"fileContentTests:",
			"- *one",
			"- name: *n",
		].join("\n");
		const names = ["Command Test: first", "Command Test: second"];
		const others = ["File Content Test: first", "File Content Test: second"];
		assert.deepEqual(await linesOf(text, ...names, ...others), [2, 3, 6, 7]);
	});

	it("is null for a test that isn't there", async () => {
		assert.deepEqual(await linesOf(yaml, "Command Test: other", "Metadata Test: x", "constructor"), [
			null,
			null,
			null,
		]);
	});
});

describe("a config that can't be read", () => {
	const size = 250_000;
	const bomb = [
		"a: &a [x]",
		..."bcdefghijk".split("").map((c, i) => `${c}: &${c} [${`*${"abcdefghij"[i]},`.repeat(9)}]`),
	];
	const odd = {
		empty: "",
		"a scalar": "text",
		"a list": "- name: a",
		broken: 'commandTests: [{name: "a',
		"a loop": "commandTests: &a\n- *a\n- &b {name: *b}",
		"an unknown alias": "commandTests: [*nothing]",
		"lists that are none": "commandTests: 1\nfileContentTests: {a: 1}\nlicenseTests: ~\nmetadataTest",
		"names that are none": "commandTests:\n- name: [a]\n- name: {b: c}\n- 7\n- ~\n- [a]",
		"an alias bomb": `${bomb.join("\n")}\ncommandTests: *k`,
		"deep lists": "[".repeat(size),
		"deep maps": "commandTests: ".concat("{a: ".repeat(size / 4)),
		"deep dashes": "- ".repeat(size / 2),
		"many keys": Array.from({ length: size / 8 }, (_, i) => `k${i}: 1`).join("\n"),
		"many aliases": `a: &a {name: x}\ncommandTests:\n${"- *a\n".repeat(size / 6)}`,
		"commas only": `[${",".repeat(size)}`,
		"too large": `commandTests:\n${"- name: a\n".repeat(size)}`,
		"NULs and surrogates": "commandTests:\n- name: \u0000\ud800\n",
	};
	for (const [what, text] of Object.entries(odd)) {
		it(`has no line for a test, and no error: ${what}`, async () => {
			assert.deepEqual(await linesOf(text, "Command Test: a", "a", "Metadata Test "), [null, null, null]);
		});
	}
});
