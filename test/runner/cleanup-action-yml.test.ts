import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CLEAN_INPUTS, parseCleanInputs } from "../../src/runner/clean-inputs.ts";
import { type Fields, readManifest } from "./manifest.ts";

const action = readManifest("cleanup/action.yml");
const types = readManifest("cleanup/action-types.yml");
const declared = action["inputs"] ?? {};
const parse = (raw: Fields) =>
	parseCleanInputs((name) => raw[name] ?? "", { HOME: "/h" }, { minAgeMs: 3_600_000 });

test("the cleanup action declares the inputs that it reads and no others", () => {
	const names = new Set<string>();
	const get = (name: string) => {
		names.add(name);
		return "";
	};
	parseCleanInputs(get, { HOME: "/h" }, { minAgeMs: 0 });
	assert.deepEqual(Object.keys(declared), [...CLEAN_INPUTS]);
	assert.deepEqual([...names].toSorted(), [...CLEAN_INPUTS].toSorted());
});

test("its outputs are those of the contract", () => {
	assert.deepEqual(Object.keys(action["outputs"] ?? {}), ["report", "freed-bytes"]);
});

test("each of them is typed and described", () => {
	for (const section of ["inputs", "outputs"]) {
		assert.deepEqual(Object.keys(types[section] ?? {}), Object.keys(action[section] ?? {}));
		for (const [name, fields] of Object.entries(action[section] ?? {}))
			assert.ok(fields["description"], `${name} has no description`);
	}
});

test("the defaults written there are those of the code", () => {
	const defaults = Object.entries(declared).map(([name, fields]) => [name, fields["default"] ?? ""]);
	assert.deepEqual(parse(Object.fromEntries(defaults) as Fields), parse({}));
});

test("booleans are booleans, lists one item a line", () => {
	for (const [name, { type, separator }] of Object.entries(types["inputs"] ?? {})) {
		if (type === "boolean") {
			assert.ok(parse({ [name]: "true" }).ok && parse({ [name]: "false" }).ok, name);
			assert.ok(!parse({ [name]: "other" }).ok, name);
		}
		if (type === "list") assert.equal(separator, "\n");
	}
});

test("the runner is told which file to run", () => {
	const file = new URL("../../cleanup/action.yml", import.meta.url);
	const main = /\nruns:\n {2}using: node24\n {2}main: (.*)\n$/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
	assert.equal(main, "../dist/cleanup/index.js");
	assert.ok(existsSync(new URL("../../src/entry/cleanup.ts", import.meta.url)));
});
