import type { TestReport } from "../../src/report/report.ts";

type Test = TestReport["tests"][number];

/** A test that passed, unless told otherwise. */
export function aTest(over: Partial<Test> = {}): Test {
	const plain = { name: "Command Test: ls", passed: true, seconds: 0.25, errors: [], stdout: "", stderr: "" };
	return { ...plain, line: 4, ...over };
}

/** A test that failed for these reasons. */
export function aFailure(errors: readonly string[], over: Partial<Test> = {}): Test {
	return aTest({ passed: false, errors, ...over });
}

/** The verdict of a config on an image. */
export function aReport(tests: readonly Test[], over: Partial<TestReport> = {}): TestReport {
	return { image: "app:1", config: "tests/app.yaml", seconds: 1.2, tests, problem: null, ...over };
}

/** What a hostile program might print. */
export const nasty =
	"\u001b[31mred\u001b[0m\u0000\r\n::error::injected\n##[error]too\u2028]]><x a='\"&amp;\ud800\ufffe\u0085 \u{1f600}\ttab";
