import type { CleanInputs, DiskAmount } from "../cleanup/inputs.ts";
import { readCacheRoot } from "./cache-root.ts";
import { readKeepImages, readPrefixes } from "./cleanup-inputs.ts";
import { DURATION_FORM, parseDuration } from "./durations.ts";
import { given } from "./given.ts";
import { InputReader } from "./input-reader.ts";
import { parseSize, SIZE_FORM } from "./sizes.ts";

/** Either the inputs, or every reason why they won't do, one line each. */
export type ParsedCleanInputs =
	| Readonly<{ ok: true; inputs: CleanInputs }>
	| Readonly<{ ok: false; problems: readonly string[] }>;

/** What differs from one way to start a cleanup to another. */
export type CleanDefaults = Readonly<{
	minAgeMs: number;
	/** How whoever gave an input knows it: `--min-age` for `min-age`. */
	shownAs?: (name: string) => string;
}>;

/** The cleanup's inputs by name, as the action, the command line and the hook all have them. */
export const CLEAN_INPUTS = [
	...["prefixes", "min-age", "keep-images", "cache-root", "cache-max-age", "cache-max-size"],
	...[
		"build-cache-max-used",
		"build-cache-min-free",
		"high-watermark",
		"low-watermark",
		"orphans",
		"dry-run",
	],
] as const;

const DEFAULT_CACHE_MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;

/** Parses a cleanup's raw inputs; reads and touches nothing else. `get` answers with "" for what isn't given. */
export function parseCleanInputs(
	get: (name: string) => string,
	env: NodeJS.ProcessEnv,
	defaults: CleanDefaults,
): ParsedCleanInputs {
	const reader = new InputReader(get, defaults.shownAs);
	const size = (name: string) => reader.parsed(name, parseSize, SIZE_FORM);
	const age = (name: string) => reader.parsed(name, parseDuration, DURATION_FORM);
	const inputs: CleanInputs = {
		prefixes: readPrefixes(reader, "prefixes"),
		minAgeMs: age("min-age") ?? defaults.minAgeMs,
		keepImages: readKeepImages(reader),
		cacheRoot: readCacheRoot(reader, env),
		cacheMaxAgeMs: age("cache-max-age") ?? DEFAULT_CACHE_MAX_AGE_MS,
		orphans: reader.flag("orphans") ?? true,
		dryRun: reader.flag("dry-run") ?? false,
		...given({
			cacheMaxSize: size("cache-max-size"),
			buildCacheMaxUsed: size("build-cache-max-used"),
			buildCacheMinFree: size("build-cache-min-free"),
			watermarks: readWatermarks(reader, size("high-watermark"), size("low-watermark")),
		}),
	};
	return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, inputs };
}

function readWatermarks(
	reader: InputReader,
	high: DiskAmount | undefined,
	low: DiskAmount | undefined,
): CleanInputs["watermarks"] {
	const [isHigh, isLow] = [
		reader.text("high-watermark") !== undefined,
		reader.text("low-watermark") !== undefined,
	];
	if (isHigh !== isLow) {
		const [one, other] = isHigh ? ["high-watermark", "low-watermark"] : ["low-watermark", "high-watermark"];
		reader.problem(one, `needs ${reader.shownAs(other)}; allowed: both or neither`);
	}
	if (high === undefined || low === undefined) return undefined;
	if (!isBelow(low, high)) {
		const allowed = `less than ${reader.shownAs("high-watermark")}, which is ${reader.text("high-watermark")}`;
		reader.refuse("low-watermark", reader.text("low-watermark") ?? "", allowed);
	}
	return { high, low };
}

// A share and an amount can be compared only where the disk is.
function isBelow(low: DiskAmount, high: DiskAmount): boolean {
	if (low.kind === "bytes") return high.kind !== "bytes" || low.bytes < high.bytes;
	return high.kind !== "percent" || low.percent < high.percent;
}
