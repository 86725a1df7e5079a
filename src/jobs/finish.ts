import type { Removed } from "../cache/retire.ts";
import { condemnIfCorrupt, exportedTo, tidyCache } from "../cache/store.ts";
import { describeOutcome } from "../report/cache-lines.ts";
import { renderTidied, type TidiedThing } from "../report/tidied.ts";
import { humanBytes } from "../report/units.ts";
import { type CarryAwayTools, carryAway } from "./carry-away.ts";
import { commitHold, dropHold } from "./settle-cache.ts";
import type { CacheState, JobState } from "./state.ts";
import { nothingTidied, tidyEngine } from "./tidy-engine.ts";
import type { Tools } from "./tools.ts";

/** What the post step works with. */
export type FinishTools = CarryAwayTools & Pick<Tools, "step" | "engine" | "upkeep">;

/**
 * The post step: swaps in what the job's own build exported, tidies the cache root, and removes from the engine what the
 * job brought. It warns, it never fails.
 */
export async function finish(state: JobState | undefined, tools: FinishTools): Promise<void> {
	if (state === undefined || (state.cache === null && state.cleanup === null)) {
		tools.log.info("This step left nothing to finish");
		return;
	}
	const { cache, cleanup } = state;
	const fromCache = cache === null ? [] : await finishCache(cache, state, tools);
	const fromEngine = cleanup === null ? nothingTidied : await tidyEngine(cleanup, state, tools);
	const freedBytes = fromCache.reduce((sum, { bytes }) => sum + bytes, 0) + fromEngine.freedBytes;
	const summary = renderTidied(cache?.name ?? "", [...fromCache, ...fromEngine.removed], freedBytes);
	if (summary !== "") await tools.step.summarize(summary);
}

async function finishCache(
	cache: CacheState,
	{ me, root }: JobState,
	tools: FinishTools,
): Promise<readonly TidiedThing[]> {
	if (cache.pending !== null) await settlePending(cache.pending, me, tools);
	if (cache.carry !== null) await carryAway({ root, name: cache.name, ...cache.carry }, tools);
	const tidied = tidyCache(root, me, cache.limits, tools.now());
	if ("kind" in tidied) {
		tools.log.warning(tidied.problem);
		return [];
	}
	for (const each of tidied.removed) tools.log.info(describeRemoved(each));
	if (tidied.removed.some(({ kind, name }) => kind === "berth" && name === cache.name)) {
		const named = JSON.stringify(cache.name);
		tools.log.warning(
			`cache-max-size or cache-max-age leaves no room for ${named} itself: its berth was removed, and its next build starts without a cache`,
		);
	}
	tools.log.info(`Tidied the cache root: ${humanBytes(tidied.freedBytes)} freed`);
	return tidied.removed;
}

async function settlePending(
	{ hold, readOnly }: NonNullable<CacheState["pending"]>,
	me: JobState["me"],
	tools: FinishTools,
): Promise<void> {
	// Where nothing was exported the build may have died of a corrupt blob, and would again tomorrow.
	const condemned =
		readOnly === null && !exportedTo(hold) ? await condemnIfCorrupt(hold, tools.log.info) : undefined;
	if (condemned !== undefined) {
		tools.log.warning(`${condemned.reason}: its generation was set aside`);
	}
	const { outcome, problem } = readOnly === null ? commitHold(hold, me, tools) : dropHold(hold, readOnly);
	if (problem !== undefined) tools.log.warning(problem);
	tools.log.info(`Cache: ${describeOutcome(outcome)}`);
}

function describeRemoved({ kind, name, id, bytes }: Removed): string {
	const what = id === undefined ? kind : `${kind} ${id}`;
	return `Removed the ${what} of ${JSON.stringify(name)}: ${humanBytes(bytes)} freed`;
}
