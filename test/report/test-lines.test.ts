import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { countTests, describeVerdict, failedLines, outputLines } from "../../src/report/test-lines.ts";
import { aFailure, aReport, aTest, nasty } from "./tested.ts";

const problem = { reason: "it tests nothing", line: null };

describe("a verdict on one line", () => {
	it("tells how many passed, and in what time", () => {
		assert.equal(describeVerdict(aReport([aTest(), aTest()])), "app:1 tests/app.yaml: 2 passed, 1.2 s");
	});

	it("tells how many failed", () => {
		const report = aReport([aTest(), aFailure(["x"]), aTest()]);
		assert.equal(describeVerdict(report), "app:1 tests/app.yaml: 1 of 3 failed");
	});

	it("tells why a config as a whole failed, and what was tested until then", () => {
		const at = (reason: string, line: number | null) => ({ problem: { reason, line } });
		const said = [
			aReport([], { problem }),
			aReport([], at("doesn't parse", 7)),
			aReport([aTest(), aFailure([])], at("took longer than 10 min", null)),
			aReport([aTest()], at("took longer than 10 min", null)),
		].map(describeVerdict);
		assert.deepEqual(said, [
			"app:1 tests/app.yaml: it tests nothing",
			"app:1 tests/app.yaml:7: doesn't parse",
			"app:1 tests/app.yaml: 1 of 2 failed, but took longer than 10 min",
			"app:1 tests/app.yaml: 1 passed, but took longer than 10 min",
		]);
	});
});

describe("failed tests", () => {
	it("are a line each, with place, name and reasons", () => {
		const report = aReport([
			aTest(),
			aFailure(["a", "b"]),
			aFailure(["1", "2", "3", "4", "5"], { name: "Metadata Test", line: null }),
			aFailure([]),
		]);
		assert.deepEqual(failedLines(report), [
			"FAIL app:1 tests/app.yaml:4: Command Test: ls: a; b",
			"FAIL app:1 tests/app.yaml: Metadata Test: 1; 2; 3; 2 more",
			"FAIL app:1 tests/app.yaml:4: Command Test: ls: failed without a reason",
		]);
	});

	it("stay on one line of bounded length whatever they contain", () => {
		const huge = "y".repeat(10_000_000);
		const over = { image: nasty, config: nasty, problem: { reason: nasty, line: 1 } };
		const report = aReport([aFailure([nasty, huge, huge], { name: nasty })], over);
		for (const line of [describeVerdict(report), ...failedLines(report)]) {
			assert.doesNotMatch(line, /[\p{Cc}\p{Cs}\u2028]/u);
			assert.ok(line.length < 3000);
		}
		assert.match(describeVerdict(report), /^red ::error::injected ##\[error\]too \]\]>/);
	});

	it("show what they printed, with nothing at a line's start that the runner would obey", () => {
		const report = aReport([
			aTest({ stdout: "of no interest" }),
			aFailure(["x"], { stdout: nasty, stderr: "one\ntwo\n" }),
			aFailure(["x"], { name: "b", stdout: "\n" }),
		]);
		assert.deepEqual(outputLines(report), [
			"stdout of Command Test: ls:",
			"  | red",
			"  | ::error::injected",
			"  | ##[error]too ]]><x a='\"&amp;\ufffd\ufffe \u{1f600} tab",
			"stderr of Command Test: ls:",
			"  | one",
			"  | two",
		]);
	});

	it("show the end of what they printed if it was much", () => {
		const stdout = Array.from({ length: 1000 }, (_, index) => `line ${index}`).join("\n");
		const lines = outputLines(aReport([aFailure(["x"], { stdout })]));
		assert.equal(lines.length, 102);
		assert.deepEqual([lines[1], lines.at(-1)], ["  | … (900 lines before)", "  | line 999"]);
	});
});

it("tests are counted over all configs, one that failed as a whole as one test", () => {
	const reports = [aReport([aTest(), aFailure([])]), aReport([aTest()]), aReport([], { problem })];
	assert.deepEqual(countTests(reports), { passed: 2, failed: 2 });
	assert.deepEqual(countTests([]), { passed: 0, failed: 0 });
});
