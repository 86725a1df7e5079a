import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseInputs } from "../../src/runner/inputs.ts";
import { type Fields, readManifest } from "./manifest.ts";

const action = readManifest("action.yml");
const types = readManifest("action-types.yml");
const declared = action["inputs"] ?? {};

/** Every input that parsing looks at, with and without something to build. */
function inputsRead(): Set<string> {
	const names = new Set<string>();
	for (const context of ["", "."]) {
		parseInputs((name) => {
			names.add(name);
			return name === "context" ? context : "";
		}, {});
	}
	return names;
}

test("the action declares the inputs that it reads and no others", () => {
	assert.deepEqual(Object.keys(declared).toSorted(), [...inputsRead()].toSorted());
});

test("the action's outputs are those of the contract so far", () => {
	assert.deepEqual(Object.keys(action["outputs"] ?? {}), [
		...[
			"cache-from",
			"cache-to",
			"cache-hit",
			"cache-generation",
			"cache-bytes-reused",
			"cache-bytes-written",
		],
		...["imageid", "digest", "metadata", "images", "tests-passed", "tests-failed", "test-report", "summary"],
	]);
});

test("every input and output is typed and described", () => {
	for (const section of ["inputs", "outputs"]) {
		assert.deepEqual(Object.keys(types[section] ?? {}), Object.keys(action[section] ?? {}));
		for (const [name, fields] of Object.entries(action[section] ?? {})) {
			assert.ok(fields["description"], `${name} has no description`);
		}
	}
});

test("defaults written in action.yml are those of the code", () => {
	const withDefaults = parseInputs(
		(name) => {
			return { name: "app", context: "." }[name] ?? declared[name]?.["default"] ?? "";
		},
		{ HOME: "/h" },
	);
	const without = parseInputs((name) => ({ name: "app", context: "." })[name] ?? "", { HOME: "/h" });
	assert.ok(withDefaults.ok);
	assert.deepEqual(withDefaults, without);
});

describe("types say what the code does", () => {
	const inputs = Object.entries(types["inputs"] ?? {});
	const asked = (input: string, value: string) => {
		const raw: Fields = { name: "app", context: ".", [input]: value };
		return parseInputs((name) => raw[name] ?? "", { HOME: "/h" });
	};
	for (const [input, { type, ...fields }] of inputs) {
		if (type === "enum") {
			test(`${input} takes each of its words and no other`, () => {
				const words = fields["allowed-values"]?.split(" ") ?? [];
				assert.ok(words.length > 1);
				for (const word of words) assert.equal(asked(input, word).ok, true, word);
				assert.equal(asked(input, "other").ok, false);
			});
		}
		if (type === "boolean") {
			test(`${input} takes booleans only`, () => {
				assert.equal(asked(input, "true").ok && asked(input, "false").ok, true);
				assert.equal(asked(input, "other").ok, false);
			});
		}
		if (type === "list") {
			test(`${input} is one item a line`, () => assert.equal(fields["separator"], "\n"));
		}
	}
});

test("the runner is told which files to run", () => {
	const text = readFileSync(new URL("../../action.yml", import.meta.url), "utf8");
	assert.match(
		text,
		/\nruns:\n {2}using: node24\n {2}main: dist\/main\/index\.js\n {2}post: dist\/post\/index\.js\n$/,
	);
});
