import { ancestorsOf, type Miss, type Occasion, type Reason } from "./miss.ts";
import { Comparison } from "./step-comparison.ts";
import type { Planned } from "./step-facts.ts";
import type { StepRecord } from "./step-record.ts";

/** The first step, in the Dockerfile's order, that was run though all it builds upon was there; null if none was. */
export function firstMiss(occasion: Occasion): number | null {
	const { plan, states } = occasion;
	const hasRun = (at: number) => ["ran", "failed"].includes(states.get(plan[at]?.name ?? "") ?? "");
	const missed = [...plan.keys()].filter((at) => hasRun(at) && !ancestorsOf(plan, at).some(hasRun));
	return missed.sort((one, other) => (plan[one]?.line ?? 0) - (plan[other]?.line ?? 0))[0] ?? null;
}

/** Says of the first step that the cache did not have what about it is other than in the last build. */
export function whyMissed(occasion: Occasion, record: StepRecord | undefined): Miss | null {
	const at = firstMiss(occasion);
	const step = at === null ? undefined : occasion.plan[at];
	if (at === null || step === undefined) return null;
	const asked = askedFor(step, occasion);
	const reason =
		asked ??
		(record === undefined
			? { cause: "never-built" as const, detail: "no build before this one is on record" }
			: new Comparison(occasion, record).of(at));
	return { step: step.name, ...reason };
}

function askedFor({ stage }: Planned, { noCache, noCacheFilters }: Occasion): Reason | undefined {
	if (noCache) return { cause: "no-cache", detail: "the workflow asked for no cache (no-cache)" };
	const named = noCacheFilters.find((each) => each.toLowerCase() === stage.split(" ").at(-1)?.toLowerCase());
	if (named === undefined) return undefined;
	return {
		cause: "no-cache",
		detail: `the workflow asked for no cache for its stage (no-cache-filters: ${named})`,
	};
}
