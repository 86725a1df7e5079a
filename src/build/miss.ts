import type { Listing } from "./context-files.ts";
import type { Planned } from "./step-facts.ts";
import type { BuildStep } from "./steps.ts";

/** Why a step was run and not taken from the cache; see `MissReport`. */
export type Miss = {
	readonly step: string;
	readonly cause:
		| "no-cache"
		| "never-built"
		| "text"
		| "build-argument"
		| "setting"
		| "input-files"
		| "base-image"
		| "earlier-stage"
		| "not-in-cache";
	readonly detail: string;
};

/** Why, whatever the step. */
export type Reason = Omit<Miss, "step">;

/** What a build was, as far as it decides what the cache may have. */
export type Occasion = {
	readonly plan: readonly Planned[];
	/** What each step of the plan took from the contexts, where it was looked at. */
	readonly listings: readonly (Listing | undefined)[];
	/** Traces of the values that ARG and ENV give to names. */
	readonly values: Readonly<Record<string, string>>;
	readonly states: ReadonlyMap<string, BuildStep["state"]>;
	/** Whether there was a generation to build from, and whether it holds the results of all stages. */
	readonly cache: "none" | "min" | "max";
	readonly noCache: boolean;
	readonly noCacheFilters: readonly string[];
};

/** The steps that a step's result depends on, earlier ones first. */
export function ancestorsOf(steps: readonly { readonly after: readonly number[] }[], at: number): number[] {
	const found = new Set<number>();
	const open = [...(steps[at]?.after ?? [])];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (found.has(next) || next === at) continue;
		found.add(next);
		open.push(...(steps[next]?.after ?? []));
	}
	return [...found].sort((one, other) => one - other);
}
