import { describeCache } from "../report/cache-lines.ts";
import type { RunReport } from "../report/report.ts";
import { renderSummary } from "../report/summary.ts";
import { summaryJson } from "../report/summary-json.ts";
import type { Tools } from "./tools.ts";

/** Hands over what a run came to: the outputs, a line in the log, the job summary. */
export async function conclude(report: RunReport, { log, step }: Tools): Promise<void> {
	const { outcome, hit } = report.cache;
	step.output("cache-hit", String(hit));
	if (outcome.kind === "swapped-in" || outcome.kind === "unchanged") {
		step.output("cache-generation", outcome.generation);
		step.output("cache-bytes-reused", String(outcome.bytesReused));
		step.output("cache-bytes-written", String(outcome.kind === "unchanged" ? 0 : outcome.bytesWritten));
	}
	step.output("images", JSON.stringify(report.images));
	step.output("summary", summaryJson(report));
	const { build, images, tests, problems } = report;
	const idle = build === null && images.length + tests.length + problems.length === 0;
	if (outcome.kind === "off" && idle) return;
	log.info(`Cache: ${describeCache(report.cache)}`);
	await step.summarize(renderSummary(report));
}
