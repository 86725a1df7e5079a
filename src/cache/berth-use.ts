import { bytesOfParts, partsOf } from "./berth-parts.ts";
import { isOpen } from "./due.ts";
import { unless } from "./files.ts";
import type { Judge } from "./job-records.ts";
import type { BerthDir } from "./name.ts";
import { paths } from "./paths.ts";
import { type FoundBerth, survey } from "./survey.ts";
import { collectFiles, notOurs } from "./trees.ts";

/** A berth, and what it takes of the disk. */
export type BerthUsage = {
	readonly berth: BerthDir;
	readonly name: string;
	readonly lastUsedMs: number;
	/** Whether a living job has it open, so that it can't be dropped. */
	readonly inUse: boolean;
	/** Of its generation in force; blobs that it shares with other berths count in each. */
	readonly bytes: number;
	/** What comes free if it goes and all else stays. */
	readonly ownBytes: number;
};

/** The berths of a root, the least recently used first. Only reads. */
export function usageOf(root: string, judge: Judge): BerthUsage[] {
	const found = survey(root, judge);
	return found.berths
		.map((each) => ({
			berth: each.berth,
			name: each.name,
			lastUsedMs: each.lastUsedMs,
			inUse: isOpen(found, each.berth),
			bytes: bytesInForce(root, each),
			ownBytes: unless(notOurs, () => bytesOfParts(partsOf(root, each, new Set()), new Map())) ?? 0,
		}))
		.sort((one, other) => one.lastUsedMs - other.lastUsedMs);
}

function bytesInForce(root: string, { berth, current }: FoundBerth): number {
	if (current === undefined) return 0;
	const files = new Map<string, number>();
	unless(notOurs, () => collectFiles(paths.generation(root, berth, current), files));
	return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}
