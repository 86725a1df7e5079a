import { durationText } from "../runner/durations.ts";
import { traceOf } from "./marks.ts";
import type { NameTest } from "./names.ts";
import type { EngineView } from "./view.ts";

/** What of the names under the prefixes is to go. */
export type TagRules = {
	readonly isOurs: NameTest;
	readonly isKept: NameTest;
	/** Names go that have been seen for so long; undefined: age is no reason. */
	readonly minAgeMs: number | undefined;
	/** The job that cleans up after itself, if one does. */
	readonly job: JobRules | undefined;
};

/** What a job brought, as far as it is known. */
export type JobRules = {
	/** The names that were there when it began; undefined where that isn't known. */
	readonly before: ReadonlySet<string> | undefined;
	/** The names that Berth brought itself. */
	readonly brought: ReadonlySet<string>;
	readonly sinceMs: number;
	/** Another job ran at the same time, so that what appeared meanwhile may be its. */
	readonly overlapped: boolean;
};

/** Whether a name goes; `reason` is empty where there is nothing to say about its staying. */
export type TagVerdict = { readonly goes: true } | { readonly goes: false; readonly reason: string };

/** Judges one name by the rules, whatever containers name it. Pure. */
export function judgeTag(name: string, view: EngineView, rules: TagRules): TagVerdict {
	const trace = traceOf(name);
	const { neighbours, dead } = view.marks;
	if (rules.isKept(name)) return stays("matches keep-images");
	if (neighbours.some(({ brings, uses }) => brings.has(trace) || uses.has(trace)))
		return stays("a job that runs now uses it");
	if (rules.job?.brought.has(name)) return { goes: true };
	if (dead.some(({ brings }) => brings.has(trace))) return { goes: true };
	const appeared = rules.job?.before?.has(name) === false;
	if (appeared && rules.job?.overlapped === false) return { goes: true };
	if (rules.minAgeMs !== undefined) return judgeAge(name, view, rules.minAgeMs);
	return stays(appeared ? "another job ran at the same time, and may have brought it" : "");
}

function judgeAge(name: string, view: EngineView, minAgeMs: number): TagVerdict {
	const { ledger, marks, nowMs, touched } = view;
	const sinceMs = ledger.get(name)?.sinceMs ?? nowMs;
	if (nowMs - sinceMs < minAgeMs)
		return stays(`seen for ${ageText(nowMs - sinceMs)} only, min-age is ${durationText(minAgeMs)}`);
	if (marks.neighbours.some((mark) => mark.sinceMs <= sinceMs))
		return stays("a job that runs now may have brought it");
	if (touched.has(name)) return stays("it was loaded or named again since");
	return { goes: true };
}

function stays(reason: string): TagVerdict {
	return { goes: false, reason };
}

function ageText(ms: number): string {
	const minutes = Math.floor(ms / 60_000);
	if (minutes < 2) return durationText(Math.floor(ms / 1000) * 1000);
	return minutes < 120 ? `${minutes}m` : `${Math.floor(minutes / 60)}h`;
}
