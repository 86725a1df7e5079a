import { extraArgs } from "../build/cache-entries.ts";
import type { BuildInputs } from "../build/inputs.ts";
import { maskable } from "../build/secret-values.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { CacheOutcome, CacheReport } from "../report/report.ts";
import type { Inputs } from "../runner/inputs.ts";
import { arrive, Claims } from "./arrive.ts";
import { type BuildRun, buildWithCache } from "./build-with-cache.ts";
import { carryIn } from "./carry-in.ts";
import { conclude } from "./conclude.ts";
import { keepBases } from "./keep-bases.ts";
import { type Loads, loadForStep } from "./load-images.ts";
import { type Preflight, preflight } from "./preflight.ts";
import { commitHold, dropHold, type Settled } from "./settle-cache.ts";
import { Leaving } from "./state.ts";
import { type Tested, testForStep, verdictOf } from "./test-step.ts";
import type { Tools } from "./tools.ts";
import { type Wired, wireCache } from "./wire-cache.ts";

/** How the main step ended; each problem is a line that the step fails with. */
export type JobOutcome =
	| { readonly kind: "done" }
	| { readonly kind: "failed"; readonly problems: readonly string[] };

/** The main step: opens the berth, wires it, builds if asked, swaps the new cache in, loads, and tests. */
export async function buildAndTest(inputs: Inputs, tools: Tools): Promise<JobOutcome> {
	maskSecrets(inputs, tools);
	const checked = await preflight(inputs, tools);
	if (checked.kind === "blocked") return { kind: "failed", problems: [checked.problem] };
	const leaving = new Leaving(inputs, tools);
	const stay = await settleIn(inputs, { engine: checked.engine, leaving }, tools);
	const carried = await carryBerth(inputs, checked, tools);
	const wired = openBerth(inputs, { checked, leaving, carried }, tools);
	await stay?.claims.make(inputs.build?.load === true ? inputs.build.tags : []);
	const run = await buildIfAsked(inputs, { wired, checked }, tools);
	const settled = run === undefined ? leaveWired(inputs, wired) : settle(run, { inputs, wired }, tools);
	if (run !== undefined && wired.hold !== undefined) leaving.cache(null, inputs);
	if (settled.problem !== undefined) tools.log.warning(settled.problem);
	await keepBasesOf(run, { inputs, checked }, tools);
	const loads = await loadUnlessFailed(run, { images: inputs.images, checked, claims: stay?.claims }, tools);
	const tested = await testUnlessFailed(inputs.build, { run, loads, checked, owner: stay?.mark }, tools);
	const problems = [...lineOf(run?.problem), ...loads.problems, ...tested.problems];
	const failures = [...problems, ...lineOf(tested.verdict)];
	const left = run === undefined ? wired : { ...wired, hold: run.hold };
	const cache = cacheReport(inputs, left, settled);
	const images = [...(run?.loaded === undefined ? [] : [run.loaded]), ...loads.reports];
	const { reports: tests } = tested;
	const succeeded = failures.length === 0;
	await conclude({ succeeded, problems, cache, build: run?.report ?? null, images, tests }, tools);
	return succeeded ? { kind: "done" } : { kind: "failed", problems: failures };
}

function lineOf(problem: string | undefined): string[] {
	return problem === undefined ? [] : [problem];
}

function maskSecrets({ build, cache }: Inputs, { env, step }: Tools): void {
	for (const secret of maskable({ build, cacheEntries: [...cache.from, ...cache.to], env }))
		step.mask(secret);
	if (cache.githubToken !== undefined) step.mask(cache.githubToken);
}

// What the job is known by in the engine while it runs; undefined where it leaves nothing to clean up.
type Stay = { readonly mark: string; readonly claims: Claims };

async function settleIn(
	{ cleanup }: Inputs,
	{ engine, leaving }: { engine: EngineInfo | undefined; leaving: Leaving },
	tools: Tools,
): Promise<Stay | undefined> {
	if (cleanup.mode === "off") return undefined;
	const arrival = engine === undefined ? null : await arrive(cleanup, engine, tools);
	leaving.cleanup(cleanup, arrival);
	return arrival === null ? undefined : { mark: arrival.mark, claims: new Claims(arrival, cleanup, tools) };
}

type ToOpen = {
	readonly checked: Clear;
	readonly leaving: Leaving;
	/** What the post step needs to save the berth to the cache service. */
	readonly carried: string | undefined;
};

async function carryBerth(
	{ cache: { mode, root, name } }: Inputs,
	{ engine }: Clear,
	tools: Tools,
): Promise<string | undefined> {
	if (mode !== "github") return undefined;
	return await carryIn({ root, name, engineId: engine?.id ?? null }, tools);
}

function openBerth(
	inputs: Inputs,
	{ checked: { builder, engine, warnings }, leaving, carried }: ToOpen,
	tools: Tools,
): Wired {
	const wired = wireCache({ cache: inputs.cache, builder, engineId: engine?.id ?? null }, tools);
	for (const problem of [...warnings, ...wired.problems]) tools.log.warning(problem);
	const readOnly = wired.readOnly ?? null;
	if (carried !== undefined) leaving.carry({ notes: carried, readOnly });
	if (wired.hold !== undefined) leaving.cache({ hold: wired.hold, readOnly }, inputs);
	hand(wired, inputs, tools);
	return wired;
}

type Clear = Extract<Preflight, { kind: "clear" }>;

type Found = { readonly wired: Wired; readonly checked: Clear };

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

async function keepBasesOf(
	run: BuildRun | undefined,
	{ inputs, checked: { engine: info, builder } }: { inputs: Inputs; checked: Clear },
	tools: Tools,
): Promise<void> {
	if (run === undefined || run.problem !== undefined || info === undefined) return;
	await keepBases({ bases: run.bases, info, ownBuilder: builder?.driver === "docker" }, inputs, tools);
}

function leaveWired(inputs: Inputs, { hold }: Wired): Settled {
	return { outcome: hold === undefined ? withoutBerth(inputs) : { kind: "wired" } };
}

function settle(run: BuildRun, { inputs, wired }: { inputs: Inputs; wired: Wired }, tools: Tools): Settled {
	if (run.hold === undefined) return { outcome: withoutBerth(inputs) };
	if (run.problem !== undefined) return dropHold(run.hold, "the build failed");
	return wired.readOnly === undefined
		? commitHold(run.hold, tools.me, { ...tools, notes: run.notes })
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
	{ images, checked: { engine }, claims }: ToLoad,
	tools: Tools,
): Promise<Loads> {
	if (engine === undefined || run?.problem !== undefined) return { reports: [], problems: [] };
	return await loadForStep(images, engine, { ...tools, claims });
}

type ToLoad = {
	readonly images: readonly string[];
	readonly checked: Clear;
	readonly claims: Claims | undefined;
};

type Ready = {
	readonly run: BuildRun | undefined;
	readonly loads: Loads;
	readonly checked: Clear;
	/** By which what tests leave is known to be this job's. */
	readonly owner: string | undefined;
};

async function testUnlessFailed(
	build: BuildInputs | undefined,
	{ run, loads, checked: { engine, tests }, owner }: Ready,
	tools: Tools,
): Promise<Tested & { readonly verdict?: string | undefined }> {
	if (tests === undefined || engine === undefined || run?.problem !== undefined)
		return { reports: [], problems: [] };
	const platform = platformText(engine);
	const built = build?.load === true && run !== undefined ? nameOfBuilt(build, run, engine) : undefined;
	const [only, ...others] = build?.platforms ?? [];
	const images = [
		...(built === undefined
			? []
			: [{ name: built, platform: others.length > 0 ? platform : (only ?? platform) }]),
		...loads.reports.map(({ reference, id }) => ({ name: reference || id, platform })),
	];
	const tested = await testForStep(tests, images, { ...tools, owner });
	return { ...tested, verdict: verdictOf(tested.reports, tools) };
}

// An image without a name is known by its config on the graph driver, by its manifest or index on the other store.
function nameOfBuilt(
	{ tags }: BuildInputs,
	{ loaded, report }: BuildRun,
	{ store }: EngineInfo,
): string | undefined {
	if (tags[0] !== undefined) return tags[0];
	if (loaded !== undefined) return loaded.id;
	return (store === "containerd" ? report.digest : report.imageId) ?? undefined;
}

function platformText({ platform: { os, architecture, variant } }: EngineInfo): string {
	return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}
