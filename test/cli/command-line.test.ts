import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../src/cli/command-line.ts";

describe("the command line", () => {
	it("takes a command and its flags in any order", () => {
		const options = { json: true, dockerHost: "unix:///x", cacheRoot: "/c" };
		for (const args of [
			["demo", "--json", "--docker-host", "unix:///x", "--cache-root=/c"],
			["--cache-root", "/c", "--json", "--docker-host=unix:///x", "demo"],
		]) {
			assert.deepEqual(parseCommandLine(args), { kind: "run", command: "demo", options });
		}
	});

	it("helps when asked", () => {
		assert.deepEqual(parseCommandLine(["demo", "--help"]), { kind: "help" });
	});

	for (const [args, named] of [
		[[], "no command"],
		[["sail"], '"sail"'],
		[["demo", "now"], '"now"'],
		[["demo", "--fast"], "--fast"],
		[["demo", "--cache-root"], "--cache-root"],
	] as const) {
		it(`names what is wrong in one line: ${JSON.stringify(args)}`, () => {
			const parsed = parseCommandLine(args);
			assert.ok(parsed.kind === "misused");
			assert.ok(parsed.problem.includes(named), parsed.problem);
			assert.doesNotMatch(parsed.problem, /\n/);
		});
	}
});
