import type { Builder } from "../build/builder.ts";
import { localCacheFrom, localCacheTo } from "../build/cache-entries.ts";
import type { Hold } from "../cache/hold.ts";
import type { CacheInputs } from "../cache/inputs.ts";
import { openCache } from "../cache/store.ts";
import type { Tools } from "./tools.ts";

/** A berth as a build is to be given it. */
export type Wired = {
	/** The berth held, or undefined where the cache is off or can't be had. */
	readonly hold: Hold | undefined;
	/** Why nothing may be exported into it; undefined if that is welcome. */
	readonly readOnly: string | undefined;
	/** Values for `--cache-from` and `--cache-to`, in buildx's CSV, the workflow's own entries included. */
	readonly from: readonly string[];
	readonly to: readonly string[];
	/** The builder that it is wired for, where one is known. */
	readonly builder: Builder | undefined;
	/** Whether the cache is to hold the results of every stage, or of the image's own layers. */
	readonly exportMode: "min" | "max";
	/** Bytes that were found in the berth. */
	readonly bytes: number;
	/** What a user should hear, a line each. */
	readonly problems: readonly string[];
};

/** What the berth is opened for: `builder` undefined means one that is not known yet. */
export type WireRequest = {
	readonly cache: CacheInputs;
	readonly builder: Builder | undefined;
	readonly engineId: string | null;
};

/** Opens the berth and wires it; where that fails the build goes on without it. */
export function wireCache({ cache, builder, engineId }: WireRequest, tools: Tools): Wired {
	const { exportMode } = cache;
	const known = { builder, exportMode };
	const without = {
		...known,
		hold: undefined,
		readOnly: undefined,
		from: cache.from,
		to: cache.to,
		bytes: 0,
	};
	if (cache.mode === "off") return { ...without, problems: [] };
	const { root, name } = cache;
	const opened = openCache({
		root,
		name,
		me: tools.me,
		engine: engineId,
		now: tools.now(),
		say: tools.log.info,
	});
	if (opened.kind === "failed")
		return { ...without, problems: [`${opened.problem}; building without a cache`] };
	const decision = tools.mayWrite(cache.write);
	const canExport = builder?.exportsCache ?? true;
	const readOnly = decision.write
		? canExport
			? undefined
			: "the builder can't export a cache"
		: decision.reason;
	const { compression } = cache;
	const options = { mode: exportMode, ...(compression === undefined ? {} : { compression }) };
	return {
		hold: opened.hold,
		readOnly,
		...known,
		from: [...(opened.hold.clone.base === null ? [] : [localCacheFrom(opened.dir)]), ...cache.from],
		to: [...(readOnly === undefined ? [localCacheTo(opened.dir, options)] : []), ...cache.to],
		bytes: opened.bytes,
		problems: [...opened.remarks, ...(decision.write && !canExport ? [cannotExport(builder?.name)] : [])],
	};
}

function cannotExport(name: string | undefined): string {
	return `the builder ${JSON.stringify(name)} (driver docker, on the graph-driver image store) can't export a cache: add docker/setup-buildx-action before this step, or turn on the engine's containerd image store; this run reads the berth and writes none`;
}
