import type { Removed } from "../cache/retire.ts";
import { condemnIfCorrupt, exportedTo, tidyCache } from "../cache/store.ts";
import { describeOutcome } from "../report/cache-lines.ts";
import { renderTidied } from "../report/tidied.ts";
import { humanBytes } from "../report/units.ts";
import { commitHold, dropHold } from "./settle-cache.ts";
import type { JobState } from "./state.ts";
import type { Tools } from "./tools.ts";

/** What the post step works with. */
export type FinishTools = Pick<Tools, "log" | "now" | "step">;

/** The post step: swaps in what the job's own build exported, then tidies the cache root. It warns, it never fails. */
export async function finish(state: JobState | undefined, tools: FinishTools): Promise<void> {
	if (state === undefined) {
		tools.log.info("This step left no cache to finish");
		return;
	}
	if (state.pending !== null) await settlePending(state.pending, state, tools);
	const tidied = tidyCache(state.root, state.me, state.limits, tools.now());
	if ("kind" in tidied) {
		tools.log.warning(tidied.problem);
		return;
	}
	for (const each of tidied.removed) tools.log.info(describeRemoved(each));
	if (tidied.removed.some(({ kind, name }) => kind === "berth" && name === state.name)) {
		const named = JSON.stringify(state.name);
		tools.log.warning(
			`cache-max-size or cache-max-age leaves no room for ${named} itself: its berth was removed, and its next build starts without a cache`,
		);
	}
	tools.log.info(`Tidied the cache root: ${humanBytes(tidied.freedBytes)} freed`);
	const summary = renderTidied(state.name, tidied.removed);
	if (summary !== "") await tools.step.summarize(summary);
}

async function settlePending(
	pending: NonNullable<JobState["pending"]>,
	{ me }: JobState,
	tools: FinishTools,
): Promise<void> {
	const { hold, readOnly } = pending;
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
