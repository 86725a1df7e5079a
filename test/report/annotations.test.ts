import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { annotationsOf } from "../../src/report/annotations.ts";
import { aFailure, aReport, aTest, nasty } from "./tested.ts";

describe("annotations", () => {
	it("are one a failed test, at its line", () => {
		const report = aReport([aTest(), aFailure(["a", "b"]), aFailure(["c"], { line: null })]);
		const title = "Structure test failed";
		const file = "tests/app.yaml";
		assert.deepEqual(annotationsOf(report, "/work"), [
			{ title, file, line: 4, message: "app:1: Command Test: ls: a; b" },
			{ title, file, line: null, message: "app:1: Command Test: ls: c" },
		]);
	});

	it("are none if all passed", () => {
		assert.deepEqual(annotationsOf(aReport([aTest()]), "/work"), []);
	});

	it("tell a config that failed as a whole, beside what failed before", () => {
		const report = aReport([aFailure(["a"])], { problem: { reason: "took too long", line: 2 } });
		assert.deepEqual(
			annotationsOf(report, "/work").map(({ title, message, line }) => [title, message, line]),
			[
				["Structure test failed", "app:1: Command Test: ls: a", 4],
				["Structure tests not done", "app:1: took too long", 2],
			],
		);
	});

	it("name the config as the workspace does, if it is inside", () => {
		const cases = [
			["tests/a.yaml", "/work/repo", "tests/a.yaml"],
			["./tests/a.yaml", "/work/repo", "tests/a.yaml"],
			["./tests/a.yaml", undefined, "tests/a.yaml"],
			["/work/repo/tests/a.yaml", "/work/repo", "tests/a.yaml"],
			["/work/repo/tests/a.yaml", "/work/repo/", "tests/a.yaml"],
			["/work/repo2/a.yaml", "/work/repo", "/work/repo2/a.yaml"],
			["../a.yaml", "/work/repo", "../a.yaml"],
			["..a.yaml", "/work/repo", "..a.yaml"],
		] as const;
		for (const [config, workspace, file] of cases) {
			const [annotation] = annotationsOf(aReport([aFailure(["x"])], { config }), workspace);
			assert.equal(annotation?.file, file);
		}
	});

	it("are one line of bounded length, whatever a test says", () => {
		const report = aReport([aFailure([nasty, "z".repeat(1e7)], { name: nasty })], { image: nasty });
		for (const { message } of annotationsOf(report, undefined)) {
			assert.doesNotMatch(message, /[\p{Cc}\p{Cs}\u2028]/u);
			assert.ok(message.length < 3000);
		}
	});
});
