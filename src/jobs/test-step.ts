import { annotationsOf } from "../report/annotations.ts";
import type { TestReport } from "../report/report.ts";
import { countTests, describeVerdict, outputLines } from "../report/test-lines.ts";
import { findStructureTest } from "../structure/binary.ts";
import type { StructureInputs } from "../structure/inputs.ts";
import { writeJunit } from "./junit-file.ts";
import { configsAt, type ImageToTest, type TestTools, testImages } from "./test-images.ts";
import type { Tools } from "./tools.ts";

/** Tests that can be run: the binary and the configs are there. */
export type PreparedTests = {
	readonly binary: string;
	readonly configs: readonly string[];
	readonly timeoutMs: number;
	readonly report: string | undefined;
};

/** Finds what the tests need, before anything is built for them; a problem is one line. */
export async function prepareTests(
	{ configs: patterns, binary: given, timeoutMs, report }: StructureInputs,
	{ toolCache }: Tools,
): Promise<PreparedTests | { readonly problem: string }> {
	const { configs, problems } = await configsAt(patterns);
	if (problems[0] !== undefined) return { problem: `test-configs: ${problems[0]}` };
	const found = await findStructureTest(given, { cache: toolCache });
	if (found.kind === "none") return { problem: found.problem };
	return { binary: found.path, configs, timeoutMs, report };
}

/** The verdicts, and why there are not more, a line each. */
export type Tested = { readonly reports: readonly TestReport[]; readonly problems: readonly string[] };

/** Tests what is in the engine as a step does: a line each in the log, an annotation a failure, JUnit XML if asked. */
export async function testForStep(
	{ report, ...prepared }: PreparedTests,
	images: readonly ImageToTest[],
	tools: Tools & Pick<TestTools, "owner">,
): Promise<Tested> {
	if (images.length === 0) return { reports: [], problems: ["test-configs: there is no image to test"] };
	const { verdicts, problems, left } = await testImages(
		{ images, ...prepared },
		{ ...tools, done: (verdict) => say(verdict, tools) },
	);
	for (const each of left) tools.log.warning(each);
	const unwritten = report === undefined ? undefined : writeJunit(report, verdicts);
	if (report !== undefined && unwritten === undefined) tools.step.output("test-report", report);
	return {
		reports: verdicts,
		problems: [
			...problems.map((each) => `test-configs: ${each}`),
			...(unwritten === undefined ? [] : [`test-report: ${unwritten}`]),
		],
	};
}

/** How many tests passed and failed, as outputs and, if any failed, as the line with which the step fails. */
export function verdictOf(reports: readonly TestReport[], { step }: Tools): string | undefined {
	const { passed, failed } = countTests(reports);
	step.output("tests-passed", String(passed));
	step.output("tests-failed", String(failed));
	return failed === 0 ? undefined : `test-configs: ${failed} of ${passed + failed} structure tests failed`;
}

function say(verdict: TestReport, { log, env }: Tools): void {
	log.info(describeVerdict(verdict));
	for (const annotation of annotationsOf(verdict, env["GITHUB_WORKSPACE"])) log.annotate(annotation);
	const said = outputLines(verdict);
	if (said.length > 0) log.group(`What the failed tests of ${verdict.config} printed`, said);
}
