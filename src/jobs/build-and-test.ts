import { extraArgs } from "../build/cache-entries.ts";
import { maskable } from "../build/secret-values.ts";
import type { CacheOutcome, RunReport } from "../report/report.ts";
import { describeCache, renderSummary } from "../report/summary.ts";
import type { Inputs } from "../runner/inputs.ts";
import { type BuildRun, buildWithCache } from "./build-with-cache.ts";
import { preflight } from "./preflight.ts";
import { commitHold, dropHold, type Settled } from "./settle-cache.ts";
import { saveState } from "./state.ts";
import type { Tools } from "./tools.ts";
import { type Wired, wireCache } from "./wire-cache.ts";

/** How the main step ended; a problem is the one line that the step fails with. */
export type JobOutcome = { readonly kind: "done" } | { readonly kind: "failed"; readonly problem: string };

/** The main step: opens the berth, wires it, builds if there is something to build, and swaps the new cache in. */
export async function buildAndTest(inputs: Inputs, tools: Tools): Promise<JobOutcome> {
	const { cache, build, builder } = inputs;
	const secrets = maskable({ build, cacheEntries: [...cache.from, ...cache.to], env: tools.env });
	for (const secret of secrets) tools.step.mask(secret);
	const checked = await preflight(inputs, tools);
	if (checked.kind === "blocked") return { kind: "failed", problem: checked.problem };
	const wired = wireCache({ cache, builder: checked.builder, engineId: checked.engineId }, tools);
	for (const problem of [...checked.warnings, ...wired.problems]) tools.log.warning(problem);
	if (wired.hold !== undefined)
		saveState({ hold: wired.hold, readOnly: wired.readOnly ?? null }, inputs, tools);
	hand(wired, inputs, tools);
	if (build === undefined) {
		const outcome = wired.hold === undefined ? withoutBerth(inputs) : { kind: "wired" as const };
		await conclude(reportOf(inputs, wired, { outcome }), tools);
		return { kind: "done" };
	}
	const run = await buildWithCache({ build, builder, wired }, tools);
	const settled = settle(run, { inputs, wired }, tools);
	if (wired.hold !== undefined) saveState(null, inputs, tools);
	if (settled.problem !== undefined) tools.log.warning(settled.problem);
	await conclude({ ...reportOf(inputs, { ...wired, hold: run.hold }, settled), build: run.report }, tools);
	return run.problem === undefined ? { kind: "done" } : { kind: "failed", problem: run.problem };
}

// The workflow's own build needs these before anything of ours has run.
function hand({ hold, from, to }: Wired, { cache }: Inputs, { step }: Tools): void {
	step.output("cache-from", from.join("\n"));
	step.output("cache-to", to.join("\n"));
	step.output("cache-generation", hold?.clone.base?.generation ?? "");
	if (cache.extraArgsEnv !== undefined) step.exportVariable(cache.extraArgsEnv, extraArgs(from, to));
}

function settle(run: BuildRun, { inputs, wired }: { inputs: Inputs; wired: Wired }, tools: Tools): Settled {
	if (run.hold === undefined) return { outcome: withoutBerth(inputs) };
	if (run.problem !== undefined) return dropHold(run.hold, "the build failed");
	return wired.readOnly === undefined
		? commitHold(run.hold, tools.me, tools)
		: dropHold(run.hold, wired.readOnly);
}

function withoutBerth({ cache }: Inputs): CacheOutcome {
	return cache.mode === "off"
		? { kind: "off" }
		: { kind: "not-kept", reason: "the berth could not be opened" };
}

function reportOf({ cache }: Inputs, wired: Wired, { outcome, problem }: Settled): RunReport {
	const problems = [...wired.problems, ...(problem === undefined ? [] : [problem])];
	const hit = wired.hold?.clone.base != null;
	const bytesFound = hit ? wired.bytes : 0;
	return { cache: { name: cache.name, outcome, hit, bytesFound, problems }, build: null };
}

async function conclude(report: RunReport, { log, step }: Tools): Promise<void> {
	const { outcome, hit } = report.cache;
	step.output("cache-hit", String(hit));
	if (outcome.kind === "swapped-in" || outcome.kind === "unchanged") {
		step.output("cache-generation", outcome.generation);
		step.output("cache-bytes-reused", String(outcome.bytesReused));
		step.output("cache-bytes-written", String(outcome.kind === "unchanged" ? 0 : outcome.bytesWritten));
	}
	step.output("summary", JSON.stringify(report));
	if (outcome.kind === "off" && report.build === null) return;
	log.info(`Cache: ${describeCache(report.cache)}`);
	await step.summarize(renderSummary(report));
}
