import { extraArgs } from "../build/cache-entries.ts";
import { maskable } from "../build/secret-values.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { CacheOutcome, CacheReport } from "../report/report.ts";
import type { Inputs } from "../runner/inputs.ts";
import { type BuildRun, buildWithCache } from "./build-with-cache.ts";
import { conclude } from "./conclude.ts";
import { type Loads, loadForStep } from "./load-images.ts";
import { type Preflight, preflight } from "./preflight.ts";
import { commitHold, dropHold, type Settled } from "./settle-cache.ts";
import { saveState } from "./state.ts";
import type { Tools } from "./tools.ts";
import { type Wired, wireCache } from "./wire-cache.ts";

/** How the main step ended; each problem is a line that the step fails with. */
export type JobOutcome =
	| { readonly kind: "done" }
	| { readonly kind: "failed"; readonly problems: readonly string[] };

/** The main step: opens the berth, wires it, builds if there is something to build, swaps the new cache in, and loads. */
export async function buildAndTest(inputs: Inputs, tools: Tools): Promise<JobOutcome> {
	const { cache, build } = inputs;
	const secrets = maskable({ build, cacheEntries: [...cache.from, ...cache.to], env: tools.env });
	for (const secret of secrets) tools.step.mask(secret);
	const checked = await preflight(inputs, tools);
	if (checked.kind === "blocked") return { kind: "failed", problems: [checked.problem] };
	const { builder, engine } = checked;
	const wired = wireCache({ cache, builder, engineId: engine?.id ?? null }, tools);
	for (const problem of [...checked.warnings, ...wired.problems]) tools.log.warning(problem);
	if (wired.hold !== undefined)
		saveState({ hold: wired.hold, readOnly: wired.readOnly ?? null }, inputs, tools);
	hand(wired, inputs, tools);
	const run = await buildIfAsked(inputs, { wired, checked }, tools);
	const settled = run === undefined ? leaveWired(inputs, wired) : settle(run, { inputs, wired }, tools);
	if (run !== undefined && wired.hold !== undefined) saveState(null, inputs, tools);
	if (settled.problem !== undefined) tools.log.warning(settled.problem);
	const loads = await loadUnlessFailed(run, { images: inputs.images, engine }, tools);
	const images = [...(run?.loaded === undefined ? [] : [run.loaded]), ...loads.reports];
	const report = { images, imageProblems: loads.problems, build: run?.report ?? null };
	const left = run === undefined ? wired : { ...wired, hold: run.hold };
	await conclude({ ...report, cache: cacheReport(inputs, left, settled) }, tools);
	const problems = [...(run?.problem === undefined ? [] : [run.problem]), ...loads.problems];
	return problems.length === 0 ? { kind: "done" } : { kind: "failed", problems };
}

type Found = { readonly wired: Wired; readonly checked: Extract<Preflight, { kind: "clear" }> };

async function buildIfAsked(
	{ build, builder }: Inputs,
	{ wired, checked }: Found,
	tools: Tools,
): Promise<BuildRun | undefined> {
	if (build === undefined) return undefined;
	const own = checked.builder?.driver === "docker";
	const loadInto = build.load && !own ? checked.engine : undefined;
	return await buildWithCache({ build, builder, wired, loadInto }, tools);
}

// The workflow's own build needs these before anything of ours has run.
function hand({ hold, from, to }: Wired, { cache }: Inputs, { step }: Tools): void {
	step.output("cache-from", from.join("\n"));
	step.output("cache-to", to.join("\n"));
	step.output("cache-generation", hold?.clone.base?.generation ?? "");
	if (cache.extraArgsEnv !== undefined) step.exportVariable(cache.extraArgsEnv, extraArgs(from, to));
}

function leaveWired(inputs: Inputs, { hold }: Wired): Settled {
	return { outcome: hold === undefined ? withoutBerth(inputs) : { kind: "wired" } };
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

function cacheReport({ cache }: Inputs, wired: Wired, { outcome, problem }: Settled): CacheReport {
	const problems = [...wired.problems, ...(problem === undefined ? [] : [problem])];
	const hit = wired.hold?.clone.base != null;
	return { name: cache.name, outcome, hit, bytesFound: hit ? wired.bytes : 0, problems };
}

// A failed build's tests would tell nothing, so what they need is not brought either.
async function loadUnlessFailed(
	run: BuildRun | undefined,
	{ images, engine }: { images: readonly string[]; engine: EngineInfo | undefined },
	tools: Tools,
): Promise<Loads> {
	if (engine === undefined || run?.problem !== undefined) return { reports: [], problems: [] };
	return await loadForStep(images, engine, tools);
}
