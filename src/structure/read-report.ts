import type { ConfigProblem, TestVerdict } from "./verdict.ts";

/** How container-structure-test ended: what it wrote as its report, the end of its log, and its exit status. */
export type Ending = {
	readonly report: string;
	readonly stderr: string;
	/** `exited with code 1`, `was ended by SIGKILL`. */
	readonly how: string;
	readonly ok: boolean;
};

/** What one run of one config said. */
export type Findings = { readonly tests: readonly TestVerdict[]; readonly problem: ConfigProblem | null };

const program = "container-structure-test";
const unparsed = /^error parsing config file:\s*/;
const longestReason = 500;

/**
 * Reads what a run came to. Nothing that it left out passes: no report, a report without a test, and a test that it
 * skipped are each the config's problem. It skips tests of schema 1.0.0 that it finds invalid or whose setup fails, says
 * so in its log alone, and exits with 0 if the others pass.
 */
export function readReport({ report, stderr, how, ok }: Ending): Findings {
	const results = resultsIn(report);
	if (results === undefined) return failed([], lastWords(stderr) || `${program} ${how} and said nothing`);
	const [first] = results;
	const parsing = first?.name === "" ? first.errors[0] : undefined;
	if (first !== undefined && parsing !== undefined && unparsed.test(parsing)) {
		const reason = oneLine(parsing.replace(unparsed, ""));
		return failed([], reason, lineIn(reason));
	}
	const skipped = [...new Set(errorsIn(stderr))].join("; ");
	if (results.length === 0) return failed([], `tests nothing${skipped === "" ? "" : `: ${skipped}`}`);
	const tests = results.map((each) => ({ ...each, name: each.name || "a test without a name" }));
	if (skipped !== "") return failed(tests, skipped);
	if (!ok && tests.every(({ passed }) => passed))
		return failed(
			tests,
			`every test passed, but ${program} ${how}: ${lastWords(stderr) || "it said nothing"}`,
		);
	return { tests, problem: null };
}

function failed(tests: readonly TestVerdict[], reason: string, line: number | null = null): Findings {
	return { tests, problem: { reason: oneLine(reason), line } };
}

function resultsIn(report: string): readonly TestVerdict[] | undefined {
	const { Total, Results } = asFields(parsed(report));
	const results = (Array.isArray(Results) ? Results : []).map(asVerdict);
	// A report that was cut short doesn't parse; one that is of something else doesn't add up.
	return results.length === Total ? results : undefined;
}

function asVerdict(value: unknown): TestVerdict {
	const { Name, Pass, Duration, Errors, Stdout, Stderr } = asFields(value);
	const nanoseconds = typeof Duration === "number" && Duration > 0 ? Duration : 0;
	return {
		name: asText(Name),
		passed: Pass === true,
		seconds: nanoseconds / 1e9,
		errors: Array.isArray(Errors) ? Errors.map(asText) : [],
		stdout: asText(Stdout),
		stderr: asText(Stderr),
		line: null,
	};
}

/** What it logged as an error, not as a warning: `time="…" level=error msg="…"`. */
function errorsIn(stderr: string): string[] {
	return linesOf(stderr)
		.filter((line) => /\blevel=error\b/.test(line))
		.map(messageOf);
}

/** Why it died: Go's own words if it fell over, else the last that it logged. */
function lastWords(stderr: string): string {
	const lines = linesOf(stderr);
	const fall = lines.find((line) => /^(?:panic|fatal error): /.test(line));
	return fall === undefined ? messageOf(lines.at(-1) ?? "") : `${program} fell over: ${fall}`;
}

function messageOf(line: string): string {
	const [, quoted, bare] = /\bmsg=(?:("(?:[^"\\]|\\.)*")|(\S+))/.exec(line) ?? [];
	const text = quoted === undefined ? undefined : parsed(quoted);
	// Go's quotes are JSON's but for a few escapes, which may then stay as they are.
	return oneLine(typeof text === "string" ? text : (quoted?.slice(1, -1) ?? bare ?? line));
}

function lineIn(reason: string): number | null {
	const line = Number(/\bline (\d+):/.exec(reason)?.[1]);
	return Number.isSafeInteger(line) && line > 0 ? line : null;
}

function oneLine(text: string): string {
	const line = text.replace(/\s+/g, " ").trim();
	return line.length > longestReason ? `${line.slice(0, longestReason)}…` : line;
}

function linesOf(text: string): string[] {
	return text
		.split(/[\r\n]+/)
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null ? { ...value } : {};
}

function asText(value: unknown): string {
	return typeof value === "string" ? value : "";
}
