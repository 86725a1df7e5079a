import type { RunReport } from "./report.ts";

// A runner takes outputs of 1 MiB a job, counted in UTF-16.
const mostErrors = 5;
const longestError = 1000;

/** The `summary` output: the whole report as JSON, but for what tests printed and all they found beyond a few lines. */
export function summaryJson(report: RunReport): string {
	const tests = report.tests.map((each) => ({
		...each,
		tests: each.tests.map(({ stdout: _, stderr: __, errors, ...test }) => ({
			...test,
			errors: errors.slice(0, mostErrors).map((error) => error.slice(0, longestError)),
		})),
	}));
	return JSON.stringify({ ...report, tests });
}
