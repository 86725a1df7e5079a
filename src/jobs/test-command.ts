import { tmpdir } from "node:os";
import type { TestOptions } from "../cli/options.ts";
import { countTests, describeVerdict, failedLines } from "../report/test-lines.ts";
import type { ConfigVerdict } from "../structure/verdict.ts";
import type { CommandOutcome, CommandTools } from "./commands.ts";
import { writeJunit } from "./junit-file.ts";
import { testImages } from "./test-images.ts";

/** `berth test`: a line a failed test, a line for each image and config, JUnit XML if asked. */
export async function runTest(options: TestOptions, tools: CommandTools): Promise<CommandOutcome> {
	const { engine, upkeep, env, console, findBinary } = tools;
	const answer = await engine.info();
	if (answer.kind === "unreachable") return outcome([], [answer.problem], tools);
	const found = await findBinary(options.binary);
	if (found.kind === "none") return outcome([], [found.problem], tools);
	const done = (verdict: ConfigVerdict) => {
		for (const line of [...failedLines(verdict), describeVerdict(verdict)]) console.result(line);
	};
	const { configs, timeoutMs, platform } = options;
	const images = options.images.map((name) => ({ name, platform }));
	const { verdicts, problems, left } = await testImages(
		{ images, configs, timeoutMs, binary: found.path },
		{ engine, upkeep, env, tempDir: env["RUNNER_TEMP"] || tmpdir(), done },
	);
	for (const each of left) console.say(`berth: ${each}`);
	const unwritten = options.report === undefined ? undefined : writeJunit(options.report, verdicts);
	const errors = [
		...problems.map((problem) => `--config: ${problem}`),
		...(unwritten === undefined ? [] : [`--report: ${unwritten}`]),
	];
	return outcome(verdicts, errors, tools);
}

function outcome(
	tests: readonly ConfigVerdict[],
	errors: readonly string[],
	{ console }: CommandTools,
): CommandOutcome {
	for (const error of errors) console.say(`berth: ${error}`);
	const { passed, failed } = countTests(tests);
	return { ok: failed + errors.length === 0 && passed > 0, report: { tests, passed, failed, errors } };
}
