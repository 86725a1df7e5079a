import type { BerthUsage, TidyPlan } from "../cache/store.ts";
import { bytesOverBounds, ownBytesOf } from "../cleanup/build-cache.ts";
import type { Disk } from "../cleanup/disk.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import type { EngineRemoval } from "../cleanup/view.ts";
import { bytesOf, planWatermarks } from "../cleanup/watermarks.ts";
import type { KeptThing } from "../report/cleanup-report.ts";
import { type EngineCleaning, type EngineLook, planCleaning } from "./clean-engine.ts";

/** What a cleanup found. */
export type Found = {
	readonly tidy: TidyPlan;
	readonly berths: readonly BerthUsage[];
	/** Undefined where no engine answers. */
	readonly engine: EngineLook | undefined;
	/** The engine's disk, and whether the cache root lies on it; undefined where it can't be seen. */
	readonly disk: (Disk & { readonly hasRoot: boolean }) | undefined;
};

/** All that a cleanup does, in this order; a dry run and the real one have the same. */
export type CleanPlan = {
	readonly tidy: TidyPlan;
	readonly engine: readonly EngineRemoval[];
	/** Berths that go only because the disk is full. */
	readonly berths: readonly BerthUsage[];
	/** How many bytes of BuildKit's cache go, and what it may keep then; undefined: nothing is to be done. */
	readonly buildCache: { readonly bytes: number; readonly maxUsedBytes: number } | undefined;
	readonly kept: readonly KeptThing[];
	readonly errors: readonly string[];
};

/** Decides all that goes. Pure. */
export function planClean(found: Found, inputs: CleanInputs): CleanPlan {
	const { tidy, engine, disk } = found;
	const cleaning: EngineCleaning =
		engine === undefined ? { always: [], tags: [], kept: [] } : planCleaning(engine, inputs);
	const onDisk = disk?.hasRoot ? tidy.removals : [];
	const goingBytes = total([...cleaning.always, ...onDisk]);
	const full = planByLevel(found, { inputs, cleaning, goingBytes });
	const tags = full.going.flatMap((each) => ("berth" in each ? [] : [each]));
	const freedBytes = goingBytes + total(full.going);
	const buildCache = planBuildCache(found, { inputs, freedBytes, missingBytes: full.missingBytes });
	return {
		tidy,
		engine: [...cleaning.always, ...tags],
		berths: full.going.flatMap((each) => ("berth" in each ? [each] : [])),
		buildCache: buildCache.prune,
		kept: [...tidy.kept, ...cleaning.kept, ...full.kept, ...buildCache.kept],
		errors: [...full.errors, ...unseenShares(found, inputs)],
	};
}

type Candidate = EngineCleaning["tags"][number] | (BerthUsage & { readonly bytes: number });

type ByLevel = {
	readonly going: readonly Candidate[];
	readonly kept: readonly KeptThing[];
	readonly errors: readonly string[];
	readonly missingBytes: number;
};

type Cleaning = {
	readonly inputs: CleanInputs;
	readonly cleaning: EngineCleaning;
	readonly goingBytes: number;
};

// Without watermarks all names go that may, and berths only by their own limits.
function planByLevel(
	{ tidy, berths, engine, disk }: Found,
	{ inputs: { watermarks }, cleaning, goingBytes }: Cleaning,
): ByLevel {
	const nothing = { kept: [], errors: [], missingBytes: 0 };
	if (watermarks === undefined) return { ...nothing, going: cleaning.tags };
	if (disk === undefined) {
		const unseen = "high-watermark: the engine's disk can't be seen from here, so nothing was removed for it";
		return { ...nothing, going: [], errors: engine === undefined ? [] : [unseen] };
	}
	const gone = new Set(tidy.removals.filter(({ kind }) => kind === "berth").map(({ name }) => name));
	const free = disk.hasRoot ? berths.filter(({ name, inUse }) => !inUse && !gone.has(name)) : [];
	const candidates: Candidate[] = [
		...cleaning.tags,
		...free.map((berth) => ({ ...berth, bytes: berth.ownBytes })),
	];
	const { going, staying, reason, missingBytes } = planWatermarks(candidates, disk, {
		watermarks,
		goingBytes,
	});
	const kept = staying.flatMap((each) =>
		"berth" in each ? [] : [{ kind: "tag" as const, name: each.name, reason }],
	);
	return { going, kept, errors: [], missingBytes };
}

type Freed = {
	readonly inputs: CleanInputs;
	readonly freedBytes: number;
	readonly missingBytes: number;
};

function planBuildCache(
	{ engine, disk }: Found,
	{ inputs, freedBytes, missingBytes: missingForLevel }: Freed,
): { readonly prune: CleanPlan["buildCache"]; readonly kept: readonly KeptThing[] } {
	const records = engine?.buildCache;
	if (engine === undefined || records === undefined) return { prune: undefined, kept: [] };
	const { buildCacheMaxUsed, buildCacheMinFree } = inputs;
	const maxUsedBytes = inBytes(buildCacheMaxUsed, disk);
	const minFreeBytes = inBytes(buildCacheMinFree, disk);
	const missingForFree =
		minFreeBytes === undefined || disk === undefined ? 0 : minFreeBytes - disk.freeBytes - freedBytes;
	const missingBytes = Math.max(missingForLevel, missingForFree);
	const bytes = bytesOverBounds({ records, maxUsedBytes, missingBytes });
	if (bytes === 0) return { prune: undefined, kept: [] };
	// A prune beside a running build can leave that without a cache to export (seen with BuildKit 0.25).
	if (engine.view.marks.neighbours.length > 0 && missingForLevel === 0) {
		const reason = "a job that runs now may be building";
		return { prune: undefined, kept: [{ kind: "build-cache", name: buildCacheName, reason }] };
	}
	// In one bound that every engine knows.
	return { prune: { bytes, maxUsedBytes: Math.max(0, ownBytesOf(records) - bytes) }, kept: [] };
}

/** What a report calls the cache of the engine's own builder. */
export const buildCacheName = "of the engine's own builder";

function unseenShares({ engine, disk }: Found, inputs: CleanInputs): string[] {
	if (engine === undefined || disk !== undefined) return [];
	const bounds = {
		"build-cache-max-used": inputs.buildCacheMaxUsed,
		"build-cache-min-free": inputs.buildCacheMinFree,
	};
	return Object.entries(bounds).flatMap(([name, amount]) =>
		amount === undefined || (amount.kind === "bytes" && name === "build-cache-max-used")
			? []
			: [`${name}: the engine's disk can't be seen from here, so nothing was pruned for it`],
	);
}

function inBytes(amount: CleanInputs["buildCacheMinFree"], disk: Disk | undefined): number | undefined {
	if (amount === undefined) return undefined;
	if (amount.kind === "percent" && disk === undefined) return undefined;
	return bytesOf(amount, { totalBytes: disk?.totalBytes ?? 0 });
}

function total(things: readonly { readonly bytes: number }[]): number {
	return things.reduce((sum, { bytes }) => sum + bytes, 0);
}
