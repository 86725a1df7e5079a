import { type Listing, LookBudget, listTaken, localContexts } from "../build/context-files.ts";
import type { BuildInputs } from "../build/inputs.ts";
import type { Built } from "../build/run-build.ts";
import { type Planned, planOf } from "../build/step-facts.ts";
import { matchSteps } from "../build/step-match.ts";
import {
	formatRecord,
	mostRecordBytes,
	newSalt,
	parseRecord,
	type StepRecord,
} from "../build/step-record.ts";
import type { BuildStep } from "../build/steps.ts";
import { valuesOf } from "../build/values.ts";
import { whyMissed } from "../build/why-missed.ts";
import type { Hold } from "../cache/hold.ts";
import { readStepNotes } from "../cache/step-notes.ts";
import type { MissReport } from "../report/report.ts";
import type { Tools } from "./tools.ts";

/** Why the cache missed, and what to keep for the next build to compare itself with; undefined where nothing is known. */
export type Explained = { readonly miss: MissReport | null; readonly notes: string | undefined };

/** A build that has ended, and the berth it was built with. */
export type Ended = {
	readonly built: Built;
	readonly build: BuildInputs;
	readonly hold: Hold | undefined;
	readonly exportMode: "min" | "max";
};

type Telling = Pick<Tools, "env" | "log">;

/**
 * Compares a build's steps with what the berth remembers of its last build, and says which step missed first, and why.
 * It explains, and so it never fails what it explains.
 */
export async function explainMiss(ended: Ended, tools: Telling): Promise<Explained> {
	try {
		return await compare(ended, tools);
	} catch (error) {
		tools.log.warning(
			`why the cache missed can't be told for an error of Berth's own, please report it: ${error}`,
		);
		return nothing;
	}
}

const nothing: Explained = { miss: null, notes: undefined };

async function compare(ended: Ended, tools: Telling): Promise<Explained> {
	const { built, build, hold, exportMode } = ended;
	const states = new Map(built.steps.map(({ name, state }) => [name, state]));
	debugSteps(built, tools);
	if (built.kind !== "built" || built.definitions.length === 0 || hold === undefined) return nothing;
	const record = parseRecord(readStepNotes(hold, mostRecordBytes));
	const salt = record?.salt ?? newSalt();
	const plan = planOf(built.definitions, built.titles, salt);
	if (plan.length === 0) return nothing;
	const dockerfile = built.definitions[0]?.dockerfile ?? "";
	const values = valuesOf({ dockerfile, buildArgs: build.buildArgs, env: tools.env }, salt);
	const listings = await look({ plan, states, record }, build);
	const cache = hold.clone.base === null ? "none" : exportMode;
	const { noCache, noCacheFilters } = build;
	const miss = whyMissed({ plan, listings, values, states, cache, noCache, noCacheFilters }, record);
	const steps = plan.map((step, at) => ({ ...step, listing: listings[at] }));
	tell(built.steps, miss, tools);
	return { miss, notes: formatRecord({ salt, values, steps }) };
}

type Known = {
	readonly plan: readonly Planned[];
	readonly states: ReadonlyMap<string, BuildStep["state"]>;
	readonly record: StepRecord | undefined;
};

// The cache had a step's result, so its files are those of the last build; only the others' are read.
async function look({ plan, states, record }: Known, build: BuildInputs) {
	const contexts = localContexts(build, process.cwd());
	const matches = record === undefined ? [] : matchSteps(plan, record.steps).of;
	const budget = new LookBudget();
	const listings: (Listing | undefined)[] = [];
	for (const [at, { name, taken }] of plan.entries()) {
		const match = matches[at];
		const known = match?.kind === "same" ? record?.steps[match.was]?.listing : undefined;
		const isCached = states.get(name) === "cached";
		if (taken.length === 0) listings.push(undefined);
		else listings.push(isCached && known !== undefined ? known : await listTaken(taken, contexts, budget));
	}
	return listings;
}

function tell(steps: readonly BuildStep[], miss: MissReport | null, { log }: Telling): void {
	if (miss !== null) log.info(`First step not in the cache: ${miss.step}: ${miss.detail}`);
	else if (steps.every(({ state }) => state === "cached"))
		log.info(`All ${steps.length} steps were in the cache`);
}

function debugSteps({ steps, titles }: Built, { env, log }: Telling): void {
	if (env["RUNNER_DEBUG"] !== "1") return;
	const digests = Map.groupBy(titles, ([, title]) => title);
	for (const { name, state, startedAt, seconds } of steps) {
		const own = (digests.get(name) ?? []).map(([digest]) => digest).join(" ");
		log.debug(`${name}: ${state}, from ${startedAt.toFixed(1)} s on for ${seconds.toFixed(1)} s, ${own}`);
	}
}
