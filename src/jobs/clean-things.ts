import type { EngineRemoval } from "../cleanup/view.ts";
import type { KeptThing, RemovedThing } from "../report/cleanup-report.ts";
import { buildCacheName, type CleanPlan } from "./clean-plan.ts";

/** What a cleanup came to, or in a dry run would come to. */
export type Outcome = {
	readonly removed: readonly RemovedThing[];
	readonly kept: readonly KeptThing[];
	readonly errors: readonly string[];
};

/** All that a plan removes, in order, as a report has it. */
export function planned({ tidy, engine, berths, buildCache, kept }: CleanPlan): Outcome {
	const removed = [
		...tidy.removals.map(ofCache),
		...engine.map(ofEngine),
		...berths.map(({ name, ownBytes }) => ({ kind: "berth" as const, name, bytes: ownBytes })),
		...(buildCache === undefined ? [] : [ofBuildCache(buildCache.bytes)]),
	];
	return { removed, kept, errors: [] };
}

/** A thing of an engine, as a report has it. */
export function ofEngine({ kind, name, bytes }: EngineRemoval): RemovedThing {
	return { kind, name, bytes };
}

/** A thing of a cache root, as a report has it. */
export function ofCache({ kind, name, id, bytes }: CacheThing): RemovedThing {
	return { kind, name: nameInCache({ name, id }), bytes };
}

/** The name of a berth, or of a generation or clone of it. */
export function nameInCache({
	name,
	id,
}: {
	readonly name: string;
	readonly id?: string | undefined;
}): string {
	return id === undefined ? name : `${name} ${id}`;
}

type CacheThing = Pick<RemovedThing, "name" | "bytes"> & {
	readonly kind: "berth" | "generation" | "clone";
	readonly id?: string;
};

/** What BuildKit pruned, as a report has it. */
export function ofBuildCache(bytes: number): RemovedThing {
	return { kind: "build-cache", name: buildCacheName, bytes };
}
