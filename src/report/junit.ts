import { stripVTControlCharacters } from "node:util";
import { errorsOnOneLine } from "./one-line.ts";
import type { TestReport } from "./report.ts";

type Test = TestReport["tests"][number];
type Attributes = Readonly<Record<string, string | number | null>>;

const longestOutput = 64 * 1024;

/**
 * The verdicts as JUnit XML: a suite for each image and config, a test case for each test, and one with an error for
 * a config that failed as a whole. It parses whatever the tests printed.
 */
export function junitOf(reports: readonly TestReport[]): string {
	const seconds = reports.reduce((sum, report) => sum + report.seconds, 0);
	const attributes = { name: "Berth", ...countsOf(reports), time: seconds.toFixed(3) };
	return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", attributes, reports.map(suite))}\n`;
}

function countsOf(reports: readonly TestReport[]) {
	const tests = reports.flatMap((report) => report.tests);
	const errors = reports.filter((report) => report.problem !== null).length;
	const failures = tests.filter((test) => !test.passed).length;
	return { tests: tests.length + errors, failures, errors, skipped: 0 };
}

function suite(report: TestReport): string {
	const { image, config, seconds, tests, problem } = report;
	const name = `${image} ${config}`;
	const cases = tests.map((test) => testCase(test, { classname: name, file: config }));
	if (problem !== null) {
		const { reason, line } = problem;
		const whole = { name: config, classname: name, file: config, line, time: "0.000" };
		const error = element("error", { message: errorsOnOneLine([reason]), type: "config" }, [text(reason)]);
		cases.push(element("testcase", whole, [error]));
	}
	return element("testsuite", { name, ...countsOf([report]), time: seconds.toFixed(3), file: config }, cases);
}

function testCase(test: Test, place: { readonly classname: string; readonly file: string }): string {
	const { name, line, seconds, passed, errors } = test;
	const failure = { message: errorsOnOneLine(errors), type: "failure" };
	const parts = [
		...(passed ? [] : [element("failure", failure, [text(errors.join("\n"))])]),
		...(["stdout", "stderr"] as const)
			.filter((stream) => test[stream] !== "")
			.map((stream) => element(stream === "stdout" ? "system-out" : "system-err", {}, [text(test[stream])])),
	];
	return element("testcase", { name, ...place, line, time: seconds.toFixed(3) }, parts);
}

function element(name: string, attributes: Attributes, children: readonly string[]): string {
	const written = Object.entries(attributes)
		.filter(([, value]) => value !== null)
		.map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
	const start = `<${name}${written.join("")}`;
	return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** Text of any length: its end, where a program says what went wrong, and how much is missing before. */
function text(whole: string): string {
	const left = whole.length - longestOutput;
	if (left <= 0) return escaped(whole);
	return escaped(`[${left} characters before this are left out]\n${whole.slice(-longestOutput)}`);
}

// XML 1.0 has no place for most control characters and lone surrogates, not even escaped ones. Line breaks and tabs
// would become blanks in an attribute, and a carriage return a line break, if they weren't escaped.
function escaped(value: string): string {
	return stripVTControlCharacters(value)
		.toWellFormed()
		.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
		.replace(/[&<>"'\t\n\r]/g, (char) => `&#${char.charCodeAt(0)};`);
}
