import type { CleanInputs } from "../cleanup/inputs.ts";
import { cleanJson } from "../report/clean-json.ts";
import { cleanLines, planLines } from "../report/clean-lines.ts";
import { renderCleanSummary } from "../report/clean-summary.ts";
import type { Log } from "../runner/log.ts";
import type { Step } from "../runner/step.ts";
import { type CleanTools, cleanUp } from "./clean-up.ts";

/** What the cleanup action's step works with. */
export type CleanStepTools = Omit<CleanTools, "say"> & { readonly log: Log; readonly step: Step };

/** The cleanup action: cleans up, and hands over outputs, log and job summary; returns what could not be done. */
export async function cleanStep(inputs: CleanInputs, tools: CleanStepTools): Promise<readonly string[]> {
	const { log, step, ...cleaning } = tools;
	const report = await cleanUp(inputs, { ...cleaning, say: log.info });
	step.output("report", cleanJson(report));
	step.output("freed-bytes", String(report.freedBytes));
	for (const line of [...planLines(report), ...cleanLines(report)]) log.info(line);
	await step.summarize(renderCleanSummary(report));
	return report.errors;
}
