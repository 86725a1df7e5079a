import type { BaseImage } from "../build/base-images.ts";
import { localCacheFrom, localCacheTo } from "../build/cache-entries.ts";
import { unlockable } from "../build/failure.ts";
import type { BuildInputs } from "../build/inputs.ts";
import { runBuild } from "../build/run-build.ts";
import type { Hold } from "../cache/hold.ts";
import { condemnIfCorrupt, dirOf } from "../cache/store.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { LoadReport } from "../image/loader.ts";
import type { BuildReport } from "../report/report.ts";
import { type BuiltAndLoaded, buildThenLoad } from "./built-image.ts";
import { explainMiss } from "./explain-miss.ts";
import type { Tools } from "./tools.ts";
import type { Wired } from "./wire-cache.ts";

/** What to build, where, and with which cache. */
export type BuildRequest = {
	readonly build: BuildInputs;
	readonly builder: string | undefined;
	readonly wired: Wired;
	/** The engine to load the image into, where the builder is not its own. */
	readonly loadInto: EngineInfo | undefined;
};

/** A finished build: the hold as it is now, and the one line it failed with. */
export type BuildRun = {
	readonly hold: Hold | undefined;
	readonly problem: string | undefined;
	readonly report: BuildReport;
	/** What the berth is to remember of it for the next build's sake. */
	readonly notes: string | undefined;
	/** The image, where it was loaded from a layout. */
	readonly loaded: LoadReport | undefined;
	/** The images that it was built upon. */
	readonly bases: readonly BaseImage[];
};

/**
 * Builds with the berth's cache. A build that dies of a corrupt blob in it is run once more without, and that
 * generation set aside: it would fail every job until someone cleared it away by hand. So is one that fails as the
 * cache root's file system has no locks.
 */
export async function buildWithCache(request: BuildRequest, tools: Tools): Promise<BuildRun> {
	const began = performance.now();
	const { hold, from, to } = request.wired;
	let built = await attempt(request, { from, to, hold }, tools);
	if (hold !== undefined && lacksLocks(built, dirOf(hold)))
		built = await withoutLocks(request, { dir: dirOf(hold), problem: built.problem }, tools);
	const sound = built.suspectsCache && hold !== undefined ? await examine(hold, tools) : hold;
	const ranAgain = built.kind === "failed" && sound !== hold;
	if (ranAgain && hold !== undefined) {
		tools.log.info("Building again without it");
		const imported = localCacheFrom(dirOf(hold));
		const others = from.filter((entry) => entry !== imported);
		built = await attempt(request, { from: others, to, hold: sound }, tools);
	}
	if (built.kind === "built") publish(built, tools);
	const seconds = (performance.now() - began) / 1000;
	const { build, wired } = request;
	const { miss, notes } = await explainMiss(
		{ built, build, hold: sound, exportMode: wired.exportMode },
		tools,
	);
	return {
		hold: sound,
		problem: built.kind === "failed" ? built.problem : undefined,
		report: { ...reportOf(built, seconds, ranAgain), tags: build.tags, miss },
		notes,
		loaded: built.kind === "built" ? built.loaded : undefined,
		bases: built.kind === "built" ? built.bases : [],
	};
}

function lacksLocks(built: BuiltAndLoaded, dir: string): built is BuiltAndLoaded & { kind: "failed" } {
	if (built.kind !== "failed") return false;
	const where = unlockable(built.problem);
	return where === dir || where?.startsWith(`${dir}/`) === true;
}

// Node can't ask a file system for a lock, so that it has none shows only when buildx has built and wants to export.
function withoutLocks(
	request: BuildRequest,
	{ dir, problem }: { dir: string; problem: string },
	tools: Tools,
): Promise<BuiltAndLoaded> {
	const { wired } = request;
	tools.log.warning(
		`cache-root: its file system refuses the lock without which buildx writes no cache (${problem}); building again without; put cache-root on another, or mount this one with local locks`,
	);
	const own = [localCacheFrom(dir), localCacheTo(dir, { mode: wired.exportMode })];
	const others = (entries: readonly string[]) =>
		entries.filter((entry) => !own.some((start) => entry.startsWith(start)));
	const without = { from: others(wired.from), to: others(wired.to), hold: undefined };
	return attempt(request, without, tools);
}

// The same hold, or one without the generation that proved corrupt.
async function examine(hold: Hold, { log }: Tools): Promise<Hold> {
	log.info("This reads like a broken cache: checking every blob of it");
	const condemned = await condemnIfCorrupt(hold, log.info);
	if (condemned === undefined) return hold;
	log.warning(`${condemned.reason}: its generation was set aside`);
	return condemned.hold;
}

function attempt(
	{ build, builder, wired, loadInto }: BuildRequest,
	{ from, to, hold }: { from: readonly string[]; to: readonly string[]; hold: Hold | undefined },
	tools: Tools,
): Promise<BuiltAndLoaded> {
	const { builderId, run } = tools;
	const wiring = {
		cacheFrom: from,
		cacheTo: to,
		...(builder === undefined ? {} : { builder }),
		...(wired.builder === undefined ? {} : { instance: wired.builder }),
		...(builderId === undefined ? {} : { builderId }),
	};
	if (loadInto === undefined) return runBuild(run, { build, wiring }, tools);
	const into = (layout: string) => runBuild(run, { build, wiring: { ...wiring, layout } }, tools);
	return buildThenLoad(into, { inputs: build, hold, info: loadInto }, tools);
}

function publish({ metadata }: Extract<BuiltAndLoaded, { kind: "built" }>, { step }: Tools): void {
	step.output("imageid", metadata.imageId ?? "");
	step.output("digest", metadata.digest ?? "");
	step.output("metadata", metadata.raw);
}

function reportOf(
	built: BuiltAndLoaded,
	seconds: number,
	ranAgain: boolean,
): Omit<BuildReport, "tags" | "miss"> {
	const metadata = built.kind === "built" ? built.metadata : undefined;
	return {
		succeeded: built.kind === "built",
		seconds,
		imageId: metadata?.imageId ?? null,
		digest: metadata?.digest ?? null,
		ranAgain,
		steps: built.steps,
	};
}
