import { join } from "node:path";
import { removeEmptied } from "./berth-parts.ts";
import { dueClones, dueGenerations, dueRecords, dueTemporaries, isOpen } from "./due.ts";
import { hasItOpen } from "./due-berths.ts";
import { errnoOf, statOf } from "./files.ts";
import type { Judge } from "./job-records.ts";
import { paths } from "./paths.ts";
import { type Kept, type Litter, pathOf, type Removal, type Removed } from "./removal.ts";
import { survey } from "./survey.ts";
import { removeTree, takeTree } from "./trees.ts";

/** What came of a plan. Kept: no longer right when its turn came; what had gone by then is nowhere. */
export type CarriedOut = {
	readonly removed: readonly Removed[];
	readonly kept: readonly Kept[];
	readonly failed: readonly Kept[];
};

/** What to remove, be it weighed or not. */
export type Errand = { readonly removals: readonly Removal[]; readonly litter: readonly Litter[] };

type Outcome =
	| { readonly kind: "removed"; readonly bytes: number }
	| { readonly kind: "kept" | "failed"; readonly reason: string }
	| { readonly kind: "gone" };

/** Removes what a plan says and nothing else, each only if a fresh look at its berth says so again. */
export function carryOut(root: string, { removals, litter }: Errand, judge: Judge): CarriedOut {
	const removed: Removed[] = [];
	const [kept, failed]: [Kept[], Kept[]] = [[], []];
	for (const removal of removals) {
		const { kind, name, id } = removal;
		const thing = { kind, name, ...(id === undefined ? {} : { id }) };
		const outcome = attempt(root, removal, judge);
		if (outcome.kind === "removed") removed.push({ ...thing, bytes: outcome.bytes });
		else if (outcome.kind === "kept") kept.push({ ...thing, reason: outcome.reason });
		else if (outcome.kind === "failed") failed.push({ ...thing, reason: outcome.reason });
	}
	if (litter.length > 0) clear(root, litter, judge);
	return { removed, kept, failed };
}

// One thing that the disk or its owner keeps from us must not keep us from the rest.
function attempt(root: string, removal: Removal, judge: Judge): Outcome {
	try {
		return removal.kind === "berth" ? removeBerth(root, removal, judge) : removePart(root, removal, judge);
	} catch (error) {
		const code = errnoOf(error);
		if (code === undefined) throw error;
		if (code === "ENOENT") return { kind: "gone" };
		// Seen on a file system that shows what another machine has removed for a while.
		if (code === "ENOTEMPTY") return { kind: "kept", reason: "somebody else is at it" };
		return { kind: "failed", reason: `the system says ${code}` };
	}
}

function removePart(root: string, removal: Removal, judge: Judge): Outcome {
	const found = survey(root, judge, [removal.berth]);
	const due = removal.kind === "clone" ? dueClones(found, judge.now) : dueGenerations(found);
	if (due.some(({ id }) => id === removal.id)) return take(pathOf(root, removal));
	const [berth] = found.berths;
	const there = removal.kind === "clone" ? berth?.clones.map(({ id }) => id) : berth?.generations;
	if (!there?.some((id) => id === removal.id)) return { kind: "gone" };
	return {
		kind: "kept",
		reason: removal.kind === "clone" ? "it may be a job's" : "a job has put it in force",
	};
}

function removeBerth(root: string, removal: Removal, judge: Judge): Outcome {
	const { berth } = removal;
	const found = survey(root, judge, [berth]);
	const [before] = found.berths;
	if (before === undefined) return { kind: "gone" };
	if (isOpen(found, berth)) return { kind: "kept", reason: hasItOpen };
	if (before.notedUseMs !== removal.notedUseMs) {
		// Another cleanup is at it, or a job has used it since.
		return before.notedUseMs === undefined ? { kind: "gone" } : { kind: "kept", reason: "a job has used it" };
	}
	const pointer = take(paths.current(root, berth));
	if (pointer.kind !== "removed") return pointer;
	const bytes = pointer.bytes + removeRest(root, removal, judge);
	const isGone = before.notedUseMs !== undefined || statOf(paths.berth(root, berth)) === undefined;
	return isGone ? { kind: "removed", bytes } : { kind: "kept", reason: "something else lies in it" };
}

// Looked at again, as a job may have opened the berth since, or even put a new generation in force.
function removeRest(root: string, { berth }: Removal, judge: Judge): number {
	const found = survey(root, judge, [berth]);
	const isNobodys = !isOpen(found, berth) && found.berths[0]?.current === undefined;
	const trees = [
		...dueGenerations(found).map((removal) => pathOf(root, removal)),
		...dueTemporaries(found).map((each) => litterPath(root, each)),
		...(isNobodys ? [paths.longName(root, berth), paths.steps(root, berth)] : []),
	];
	const bytes = trees.reduce((freed, path) => freed + (removeTree(path) ?? 0), 0);
	return bytes + removeEmptied(root, berth);
}

function clear(root: string, litter: readonly Litter[], judge: Judge): void {
	const found = survey(root, judge);
	const due = [...dueRecords(found), ...dueTemporaries(found)].map((each) => litterPath(root, each));
	const wanted = new Set(litter.map((each) => litterPath(root, each)));
	for (const path of due) if (wanted.has(path)) removeTree(path);
}

function litterPath(root: string, { berth, entry }: Litter): string {
	return join(berth === undefined ? paths.jobs(root) : paths.berth(root, berth), entry);
}

function take(path: string): Outcome {
	const taken = takeTree(path);
	return taken.kind === "gone"
		? { kind: "removed", bytes: taken.bytes }
		: { kind: "failed", reason: taken.why };
}
