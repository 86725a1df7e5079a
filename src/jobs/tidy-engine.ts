import { keepEngineNotes } from "../cache/engine-notes.ts";
import { type CarriedOut, carryOut } from "../cleanup/carry-out.ts";
import { type EngineRules, planEngine } from "../cleanup/engine-plan.ts";
import { forget, ledgerText } from "../cleanup/ledger.ts";
import {
	type Asker,
	forgetPast,
	type Marks,
	overlaps,
	removeMarks,
	takeDown,
	traceOf,
} from "../cleanup/marks.ts";
import { fitsGlobs, underPrefixes } from "../cleanup/names.ts";
import type { EnginePlan, EngineView } from "../cleanup/view.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { nameOf } from "../report/clean-lines.ts";
import { groupKept } from "../report/clean-reasons.ts";
import { humanBytes } from "../report/units.ts";
import { ownerOfRun, structureTestLabel } from "../structure/sweep.ts";
import { type Arrival, readNotes } from "./arrive.ts";
import { heldRemark, thoughtBytes } from "./freed.ts";
import { lookAtEngine } from "./look-at-engine.ts";
import { freedBetween, measureDisks, measureSettled } from "./machine-disks.ts";
import type { CleanupState, JobState } from "./state.ts";
import type { Tools } from "./tools.ts";

/** What the post step cleans an engine up with. */
export type TidyEngineTools = Pick<Tools, "log" | "engine" | "upkeep">;

/** What was removed from the engine, and what of its disk came free. */
export type TidiedEngine = Pick<CarriedOut, "removed"> & { readonly freedBytes: number };

/** Nothing was. */
export const nothingTidied: TidiedEngine = { removed: [], freedBytes: 0 };

// A job's last step holds up the runner: what takes longer is left for the next cleanup.
const boundMs = 120_000;

/** Removes from the engine what the job brought, and no more. It warns, it never fails, and it comes to an end. */
export async function tidyEngine(
	{ inputs, arrival }: CleanupState,
	{ me, root }: JobState,
	tools: TidyEngineTools,
): Promise<TidiedEngine> {
	const { engine, upkeep, log } = tools;
	const answer = await engine.info();
	if (answer.kind === "unreachable") return gaveUp(answer.problem, tools);
	const { info } = answer;
	if (arrival === null) return gaveUp("no engine answered when the job began", tools);
	if (arrival.engineId !== info.id)
		return gaveUp("the engine that answers is not the one that the job began with", tools);
	const asker = { ...me, nowMs: info.timeMs };
	const isOurs = underPrefixes(inputs.prefixes);
	const { minAgeMs } = inputs;
	const view = await lookAtEngine(upkeep, { info, isOurs, asker, root, minAgeMs, sparesOwn: false });
	if ("kind" in view) return gaveUp(view.problem, tools);
	const plan = planEngine(view, rulesOf(inputs, arrival, view));
	for (const { kind, reason, count } of groupKept(plan.kept))
		log.info(`Kept ${count} ${nameOf(kind, count)}: ${reason}`);
	if (plan.removals.length === 0) log.info("There is nothing of this job's to remove from the engine");
	const { done, freedBytes } = await carryOutMeasured(plan, { info, asker, root }, tools);
	tell({ plan, done }, tools);
	if (!done.engineLost) await settleMarks(view.marks, done, { arrival, asker, tools });
	const ledger = forget(
		view.ledger,
		done.removed.map(({ name }) => name),
	);
	const unkept = inputs.mode === "stale" ? keepEngineNotes(root, info.id, ledgerText(ledger)) : undefined;
	if (unkept !== undefined) log.warning(`cleanup: what was seen can't be kept: ${unkept}`);
	return { removed: done.removed, freedBytes };
}

type Where = { readonly info: EngineInfo; readonly asker: Asker; readonly root: string };

async function carryOutMeasured(
	plan: EnginePlan,
	{ info, asker, root }: Where,
	{ upkeep, log }: TidyEngineTools,
): Promise<{ readonly done: CarriedOut; readonly freedBytes: number }> {
	const thought = thoughtBytes(plan.removals);
	const cached = thought === 0 ? undefined : await upkeep.buildCache();
	const before = measureDisks(root, info);
	const done = await carryOut(plan, {
		...{ upkeep, engineId: info.id, asker, told: AbortSignal.timeout(boundMs) },
		done: ({ kind, name }) => log.info(`Removed the ${kind} ${name}`),
	});
	if (done.removed.length === 0) return { done, freedBytes: 0 };
	const went = thoughtBytes(done.removed);
	const freedBytes = freedBetween(before, await measureSettled(before, { root, info, thoughtBytes: went }));
	log.info(`Cleaned the engine up: ${humanBytes(freedBytes)} of its disk came free`);
	const records = cached?.kind === "listed" && !done.engineLost ? cached.items : undefined;
	const remark = await heldRemark({ thoughtBytes: went, freedBytes }, records, upkeep);
	if (remark !== undefined) log.info(remark);
	return { done, freedBytes };
}

function gaveUp(problem: string, { log }: TidyEngineTools): TidiedEngine {
	log.warning(`cleanup: nothing was removed from the engine: ${problem}`);
	return nothingTidied;
}

function rulesOf(
	{ mode, prefixes, minAgeMs, keepImages }: CleanupState["inputs"],
	arrival: Arrival,
	view: EngineView,
): EngineRules {
	const { before, brought } = readNotes(arrival);
	const { sinceMs, marked, mark } = arrival;
	// Somebody who took our mark away has taken the neighbours' as well.
	const blind = !marked || !view.marks.own.some(({ id }) => id === mark);
	const overlapped = blind || overlaps(view.marks, sinceMs);
	const { nowMs } = view;
	return {
		isOurs: underPrefixes(prefixes),
		isKept: fitsGlobs(keepImages),
		minAgeMs: mode === "stale" ? minAgeMs : undefined,
		job: {
			...{ sinceMs, overlapped, brought: new Set(brought) },
			before: before === null ? undefined : new Set(before),
		},
		orphans: true,
		...{ label: structureTestLabel, runOf: ownerOfRun, owners: new Set([mark]) },
		unlabelled: overlapped ? undefined : { fromMs: sinceMs, toMs: nowMs },
	};
}

// What was to go and is still there: once, not a line each, as there may be a thousand.
function tell({ plan, done }: { plan: EnginePlan; done: CarriedOut }, { log }: TidyEngineTools): void {
	const [first, ...others] = done.errors;
	if (first !== undefined)
		log.warning(`cleanup: ${first}${others.length === 0 ? "" : ` (and ${others.length} more)`}`);
	const late = done.kept.filter(
		({ reason }) => reason === "time was up" || reason === "the engine no longer answers",
	);
	if (late.length > 0)
		log.warning(`cleanup: ${late.length} of ${plan.removals.length} are left: ${late[0]?.reason}`);
	for (const { kind, name, reason } of done.kept.filter((each) => !late.includes(each)))
		log.info(`The ${kind} ${name} is in use and stays: ${reason}`);
}

type Settling = { readonly arrival: Arrival; readonly asker: Asker; readonly tools: TidyEngineTools };

async function settleMarks(
	marks: Marks,
	{ kept, errors }: CarriedOut,
	{ arrival: { mark }, asker, tools: { upkeep } }: Settling,
): Promise<void> {
	// A dead job's mark tells the next cleanup what it brought, as long as any of that is there.
	const left = new Set(kept.map(({ name }) => traceOf(name)));
	const cleared = marks.dead.filter(
		({ brings }) => errors.length === 0 && ![...brings].some((each) => left.has(each)),
	);
	if (cleared.length > 0)
		await removeMarks(
			upkeep,
			cleared.map(({ id }) => id),
		);
	await takeDown(upkeep, { id: mark, ...asker }, marks);
	await forgetPast(upkeep, { ...marks, own: marks.own.filter(({ id }) => id !== mark) });
}
