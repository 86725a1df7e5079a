import type { VertexUpdate } from "./solve-status.ts";
import { StepLines, StepStatuses } from "./step-log.ts";

/** A vertex that has a number in the log. */
export type Shown = {
	readonly number: number;
	readonly name: string;
	readonly lines: StepLines;
	readonly statuses: StepStatuses;
	update: VertexUpdate;
	cached: boolean;
	since: number;
	ranMs: number;
	/** How many lines of the log there were when it last had one; undefined before its first. */
	lastLine: number | undefined;
	/** How it ended, as far as that was told. */
	verdict: string | undefined;
};

/** A vertex that the log has nothing of yet. */
export function newShown(number: number, update: VertexUpdate): Shown {
	const { group, name } = update;
	const logs = { lines: new StepLines(), statuses: new StepStatuses() };
	const times = { cached: false, since: 0, ranMs: 0, lastLine: undefined, verdict: undefined };
	return { number, name: oneLine(group?.name ?? name), update, ...logs, ...times };
}

/** How a vertex ended, in BuildKit's words. */
export function verdictOn({ cached, ranMs, update: { error } }: Shown): string {
	if (error !== "") return isCancelled(error) ? "CANCELED" : `ERROR: ${error}`;
	return cached ? "CACHED" : `DONE ${(Math.max(0, ranMs) / 1000).toFixed(1)}s`;
}

/** Whether it was another's failure that ended a vertex (progressui, printVtx). */
export function isCancelled(error: string): boolean {
	return error.endsWith("context canceled");
}

function oneLine(name: string): string {
	return name.replace(/[\r\n]+/g, " ");
}
