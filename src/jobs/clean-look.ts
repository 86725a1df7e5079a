import { berthsByUse, planTidy } from "../cache/store.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import { lookForCleaning } from "./clean-engine.ts";
import type { Found } from "./clean-plan.ts";
import type { CleanTools } from "./clean-up.ts";
import { measureDisks } from "./machine-disks.ts";

/** What a cleanup has to know, and what it could not learn, a line each. Changes nothing. */
export async function lookForAll(
	inputs: CleanInputs,
	tools: CleanTools,
): Promise<{ readonly found: Found; readonly errors: readonly string[] }> {
	const { engine, me, now } = tools;
	const errors: string[] = [];
	const orNothing = <T extends object>(looked: T): Exclude<T, Failure> | undefined => {
		if (isSound(looked)) return looked;
		if ("problem" in looked) errors.push(String(looked.problem));
		return undefined;
	};
	const { cacheRoot, cacheMaxAgeMs: maxAgeMs, cacheMaxSize: maxSize, orphans } = inputs;
	const limits = maxSize === undefined ? { maxAgeMs } : { maxAgeMs, maxSize };
	const tidy = orNothing(planTidy(cacheRoot, me, limits, { now: now(), orphans }));
	// Weighing every berth takes a look at every blob, and only what has to fit is weighed.
	const isWeighed = inputs.watermarks !== undefined && tidy !== undefined;
	const berths = isWeighed ? orNothing(berthsByUse(cacheRoot, me, now())) : undefined;
	const answer = await engine.info();
	if (answer.kind === "unreachable") errors.push(answer.problem);
	const info = answer.kind === "reachable" ? answer.info : undefined;
	const found = info === undefined ? undefined : orNothing(await lookForCleaning(inputs, info, tools));
	const disks = measureDisks(cacheRoot, info);
	const disk = disks.engine === undefined ? undefined : { ...disks.engine, hasRoot: disks.hasRoot };
	const none = { removals: [], kept: [], litter: [] };
	return { found: { tidy: tidy ?? none, berths: berths ?? [], engine: found, disk }, errors };
}

type Failure = { readonly kind: "failed" | "refused"; readonly problem: string };

function isSound<T extends object>(looked: T): looked is Exclude<T, Failure> {
	return !("problem" in looked);
}
