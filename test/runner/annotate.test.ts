import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { annotationsOf } from "../../src/report/annotations.ts";
import { failedLines, outputLines } from "../../src/report/test-lines.ts";
import { obeyedCommands } from "../action/commands.ts";
import { aFailure, aReport, nasty } from "../report/tested.ts";

const log = fileURLToPath(new URL("../../src/runner/log.ts", import.meta.url));

/** What a process prints that says these things to the runner's log. */
function logged(calls: string): string {
	const code = `import { actionsLog as log } from ${JSON.stringify(log)};\n${calls}`;
	return execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" });
}

it("an annotation is one error at its place, whatever a test, an image or a file is called", () => {
	const report = aReport([aFailure([nasty], { name: nasty }), aFailure(["x"], { line: null })], {
		image: "a::b\n::error::c",
		config: "dir/a,b:c\n::warning::d%0A.yaml",
	});
	const calls = annotationsOf(report, "/work").map((each) => `log.annotate(${JSON.stringify(each)});`);
	const obeyed = obeyedCommands(logged(calls.join("\n")));
	const file = "file=dir/a%2Cb%3Ac%0A%3A%3Awarning%3A%3Ad%250A.yaml";
	assert.deepEqual(
		obeyed.map(({ name, properties }) => [name, properties]),
		[
			["error", `title=Structure test failed,${file},line=4`],
			["error", `title=Structure test failed,${file}`],
		],
	);
	assert.equal(obeyed[1]?.data, "a::b ::error::c: Command Test: ls: x");
});

it("what a test says and prints is no command where it is shown", () => {
	const hostile = `::error::1\n  ::set-env name=A::b\r::add-mask::c\n##[error]d\n${nasty}`;
	const report = aReport([aFailure([hostile], { name: hostile, stdout: hostile, stderr: hostile })]);
	const lines = JSON.stringify([...failedLines(report), ...outputLines(report)]);
	const text = logged(`for (const line of ${lines}) log.info(line); log.group("printed", ${lines});`);
	assert.deepEqual(
		obeyedCommands(text).map(({ name }) => name),
		["group", "endgroup"],
	);
	assert.match(text, /## \[error\]d/);
});
