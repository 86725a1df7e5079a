import type { StepFacts } from "./step-facts.ts";

/** What a step was in the last build: the same words, other words in its place, or nothing. */
export type Match =
	| { readonly kind: "same"; readonly was: number }
	| { readonly kind: "reworded"; readonly was: number }
	| { readonly kind: "new"; readonly stageIsNew: boolean };

/** How the steps of two builds correspond, and which of the earlier ones have gone. */
export type Matching = { readonly of: readonly Match[]; readonly gone: ReadonlySet<number> };

/** Matches the steps of two builds: by stage, in order, by the Dockerfile's words. */
export function matchSteps(now: readonly StepFacts[], was: readonly StepFacts[]): Matching {
	const matches: Match[] = now.map(() => ({ kind: "new", stageIsNew: true }));
	const found = new Set<number>();
	const before = placesByStage(was);
	for (const [stage, places] of placesByStage(now)) {
		const old = before.get(stage) ?? [];
		const pairs = commonOf(places, old, (one, other) => now[one]?.text === was[other]?.text);
		let from = 0;
		for (const place of places) {
			const same = pairs.get(place);
			if (same !== undefined) {
				from = old.indexOf(same) + 1;
				matches[place] = { kind: "same", was: same };
				found.add(same);
				continue;
			}
			// What stands between the same two neighbours is this one in other words, if anything does.
			const next = old[from];
			const isFree = next !== undefined && ![...pairs.values()].includes(next);
			const isLikely = isFree && keyword(now[place]) === keyword(was[next]);
			matches[place] = isLikely
				? { kind: "reworded", was: next }
				: { kind: "new", stageIsNew: old.length === 0 };
			if (!isLikely) continue;
			found.add(next);
			from += 1;
		}
	}
	return { of: matches, gone: new Set([...was.keys()].filter((at) => !found.has(at))) };
}

function placesByStage(steps: readonly StepFacts[]): Map<string, number[]> {
	return Map.groupBy(steps.keys(), (at) => steps[at]?.stage ?? "");
}

function keyword(step: StepFacts | undefined): string {
	return step?.text.split(" ")[0]?.toUpperCase() ?? "";
}

// The longest common subsequence, for lists as long as a stage of a Dockerfile.
function commonOf(
	some: readonly number[],
	others: readonly number[],
	same: (one: number, other: number) => boolean,
): Map<number, number> {
	const lengths = Array.from({ length: some.length + 1 }, () => new Array<number>(others.length + 1).fill(0));
	const at = (row: number, column: number) => lengths[row]?.[column] ?? 0;
	for (let row = some.length - 1; row >= 0; row--)
		for (let column = others.length - 1; column >= 0; column--)
			(lengths[row] ?? [])[column] = same(some[row] ?? -1, others[column] ?? -1)
				? at(row + 1, column + 1) + 1
				: Math.max(at(row + 1, column), at(row, column + 1));
	const pairs = new Map<number, number>();
	for (let row = 0, column = 0; row < some.length && column < others.length; ) {
		const [one = -1, other = -1] = [some[row], others[column]];
		if (same(one, other)) {
			pairs.set(one, other);
			row += 1;
			column += 1;
		} else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
		else column += 1;
	}
	return pairs;
}
