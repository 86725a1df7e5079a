import { keepEngineNotes } from "../cache/engine-notes.ts";
import { carryOutTidy, dropBerth } from "../cache/store.ts";
import { type CarriedOut, carryOut } from "../cleanup/carry-out.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import { forget, ledgerText } from "../cleanup/ledger.ts";
import { forgetPast } from "../cleanup/marks.ts";
import { describeRemoved } from "../report/clean-lines.ts";
import type { KeptThing, RemovedThing } from "../report/cleanup-report.ts";
import type { EngineLook } from "./clean-engine.ts";
import { buildCacheName, type CleanPlan } from "./clean-plan.ts";
import { nameInCache, type Outcome, ofBuildCache, ofCache, ofEngine } from "./clean-things.ts";
import type { CleanTools } from "./clean-up.ts";

type Doing = {
	readonly inputs: CleanInputs;
	readonly engine: EngineLook | undefined;
	readonly tools: CleanTools;
};

/** Does what a plan says, and tells of each thing as it is gone. */
export async function carryOutAll(plan: CleanPlan, { inputs, engine, tools }: Doing): Promise<Outcome> {
	const { me, now, say, upkeep, told } = tools;
	const removed: RemovedThing[] = [];
	const kept: KeptThing[] = [];
	const errors: string[] = [];
	const gone = (thing: RemovedThing) => {
		removed.push(thing);
		say(describeRemoved(thing, false));
	};
	const judge = { me, now: now() };
	const tidied = carryOutTidy(inputs.cacheRoot, plan.tidy, judge);
	if ("problem" in tidied) errors.push(tidied.problem);
	else {
		for (const each of tidied.removed) gone(ofCache(each));
		kept.push(...tidied.kept.map((each) => ({ ...each, name: nameInCache(each) })));
		errors.push(...tidied.failed.map((each) => `${each.kind} ${nameInCache(each)} is left: ${each.reason}`));
	}
	const cleaned = engine === undefined ? undefined : await cleanEngine(plan, { inputs, engine, tools });
	for (const each of cleaned?.removed ?? []) removed.push(ofEngine(each));
	kept.push(...(cleaned?.kept ?? []));
	errors.push(...(cleaned?.errors ?? []));
	for (const { berth, name, ownBytes } of told.aborted ? [] : plan.berths) {
		const dropped = dropBerth(inputs.cacheRoot, berth, judge);
		if ("problem" in dropped) errors.push(dropped.problem);
		else if (dropped.length > 0) gone({ kind: "berth", name, bytes: ownBytes });
	}
	if (plan.buildCache !== undefined && !told.aborted && cleaned?.engineLost === false) {
		const pruned = await upkeep.pruneBuildCache({ maxUsedBytes: plan.buildCache.maxUsedBytes });
		if (pruned.kind === "done") gone(ofBuildCache(pruned.bytes));
		else errors.push(`${buildCacheName} can't be pruned: ${pruned.problem}`);
	}
	return { removed, kept, errors };
}

type WithEngine = Doing & { readonly engine: EngineLook };

async function cleanEngine(plan: CleanPlan, { inputs, engine, tools }: WithEngine): Promise<CarriedOut> {
	const { upkeep, say, told } = tools;
	const { info, asker, view, ledger } = engine;
	const done = await carryOut(
		{ removals: plan.engine, kept: [] },
		{
			...{ upkeep, engineId: info.id, asker, told },
			done: (removal) => say(describeRemoved(ofEngine(removal), false)),
		},
	);
	if (done.engineLost) return done;
	if (inputs.orphans) await forgetPast(upkeep, view.marks);
	const known = forget(
		ledger,
		done.removed.map(({ name }) => name),
	);
	const unkept = keepEngineNotes(inputs.cacheRoot, info.id, ledgerText(known));
	return unkept === undefined
		? done
		: { ...done, errors: [...done.errors, `what was seen can't be kept: ${unkept}`] };
}
