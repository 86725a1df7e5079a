import { stripVTControlCharacters } from "node:util";
import { errorsOnOneLine, onOneLine } from "./one-line.ts";
import type { TestReport } from "./report.ts";
import { humanSeconds } from "./units.ts";

const mostLines = 100;

/** How many tests passed and failed; a config that failed as a whole is one more that failed. */
export function countTests(reports: readonly TestReport[]): {
	readonly passed: number;
	readonly failed: number;
} {
	let passed = 0;
	let failed = 0;
	for (const { tests, problem } of reports) {
		const good = tests.filter((test) => test.passed).length;
		passed += good;
		failed += tests.length - good + (problem === null ? 0 : 1);
	}
	return { passed, failed };
}

/** What one config said of one image, on one line. */
export function describeVerdict(report: TestReport): string {
	const { tests, problem, seconds } = report;
	const failed = tests.filter((test) => !test.passed).length;
	const counts = [
		...(failed > 0 ? [`${failed} of ${tests.length} failed`] : []),
		...(failed === 0 && (tests.length > 0 || problem === null) ? [`${tests.length} passed`] : []),
		...(problem === null ? [] : [onOneLine(problem.reason)]),
	];
	const time = failed === 0 && problem === null ? `, ${humanSeconds(seconds)}` : "";
	return `${place(report, problem?.line ?? null)}: ${counts.join(", but ")}${time}`;
}

/** The tests that failed, a line each. */
export function failedLines(report: TestReport): string[] {
	return report.tests
		.filter((test) => !test.passed)
		.map(
			({ name, line, errors }) =>
				`FAIL ${place(report, line)}: ${onOneLine(name)}: ${errorsOnOneLine(errors)}`,
		);
}

/** What the failed tests printed, the last lines of each; no line starts with what they say. */
export function outputLines({ tests }: TestReport): string[] {
	return tests
		.filter((test) => !test.passed)
		.flatMap(({ name, stdout, stderr }) =>
			[
				{ stream: "stdout", text: stdout },
				{ stream: "stderr", text: stderr },
			].flatMap(({ stream, text }) => {
				const lines = lastLines(text);
				return lines.length === 0 ? [] : [`${stream} of ${onOneLine(name)}:`, ...lines];
			}),
		);
}

function place({ image, config }: TestReport, line: number | null): string {
	return `${onOneLine(image)} ${onOneLine(config)}${line === null ? "" : `:${line}`}`;
}

function lastLines(text: string): string[] {
	const lines = stripVTControlCharacters(text.slice(-mostLines * 500))
		.trimEnd()
		.split(/\r\n|\r|\n/);
	if (lines.length === 1 && lines[0] === "") return [];
	const left = lines.length > mostLines ? [`  | … (${lines.length - mostLines} lines before)`] : [];
	// With a "::" or "##[" at its start a line would be the runner's to obey.
	return [...left, ...lines.slice(-mostLines).map((line) => `  | ${onOneLine(line)}`)];
}
