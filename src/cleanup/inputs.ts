/** A share or an amount of a disk: bytes, or percent of it (0 < percent ≤ 100). */
export type DiskAmount =
	| Readonly<{ kind: "bytes"; bytes: number }>
	| Readonly<{ kind: "percent"; percent: number }>;

/** What the post step is to remove from the engine, validated, with defaults filled in. */
export type CleanupInputs = Readonly<{
	/** `job`: what this job brought; `stale`: also what is older than `minAgeMs`. */
	mode: "job" | "stale" | "off";
	/** Of image names, as given: `cst.oci.local`, `registry.example/owner/tests`. */
	prefixes: readonly string[];
	minAgeMs: number;
	/** Globs of image names that are never removed. */
	keepImages: readonly string[];
	/** Whether base images are pinned: where that costs no download, also where it does, or never. */
	keepBases: "free" | "pull" | "off";
}>;

/** What the cleanup job, `berth clean` and the hook are to do, validated, with defaults filled in. */
export type CleanInputs = Readonly<{
	prefixes: readonly string[];
	minAgeMs: number;
	keepImages: readonly string[];
	/** Absolute path. */
	cacheRoot: string;
	cacheMaxAgeMs: number;
	cacheMaxSize?: DiskAmount;
	/** What BuildKit's cache may take, and what of the engine's disk it must leave free. */
	buildCacheMaxUsed?: DiskAmount;
	buildCacheMinFree?: DiskAmount;
	/** Of the engine's disk, in use: act only above `high`, stop at `low`. Both or neither; low < high. */
	watermarks?: Readonly<{ high: DiskAmount; low: DiskAmount }>;
	orphans: boolean;
	dryRun: boolean;
}>;
