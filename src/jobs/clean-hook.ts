import type { CleanInputs } from "../cleanup/inputs.ts";
import { cleanLines, planLines } from "../report/clean-lines.ts";
import { type CleanTools, cleanUp } from "./clean-up.ts";

/** The runner's hook, as a process that another one watches: cleans up, and says what came of it. */
export async function cleanHook(inputs: CleanInputs, tools: CleanTools): Promise<void> {
	const report = await cleanUp(inputs, tools);
	for (const line of [...planLines(report), ...cleanLines(report), ...report.errors]) tools.say(line);
}
