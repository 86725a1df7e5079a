import { statfsSync } from "node:fs";
import { join } from "node:path";
import { partsOf } from "./berth-parts.ts";
import { isOpen } from "./due.ts";
import { unless } from "./files.ts";
import type { CacheMaxSize } from "./inputs.ts";
import { paths } from "./paths.ts";
import type { Kept, Removal } from "./removal.ts";
import { type BerthUse, planRetention } from "./retention-plan.ts";
import type { Found, FoundBerth } from "./survey.ts";
import { collectFiles, forbidden, notOurs } from "./trees.ts";

/** How much cache a root may hold, and how long an unused berth stays. */
export type Limits = { readonly maxAgeMs: number; readonly maxSize?: CacheMaxSize };

/** The berths that go, in this order, and those that would have to but stay. */
export type DueBerths = {
	readonly due: readonly { readonly removal: Removal; readonly berth: FoundBerth }[];
	readonly kept: readonly Kept[];
};

const reasons = {
	age: "it was not used for longer than cache-max-age",
	size: "the berths take more than cache-max-size, and it was used least recently",
} as const;

/** Decides which berths go by the limits, in a root as it is without the paths in `gone`. Only reads. */
export function dueBerths(
	root: string,
	found: Found,
	{ gone, limits, now }: { gone: ReadonlySet<string>; limits: Limits; now: Date },
): DueBerths {
	const berths = new Map(
		found.berths.filter((each) => canGo(root, each, gone)).map((each) => [each.berth, each]),
	);
	const uses = [...berths.values()].map(
		(each): BerthUse => ({
			berth: each.berth,
			lastUsedMs: each.lastUsedMs,
			inUse: !each.mayChange || isOpen(found, each.berth),
			// Walking every blob of every berth is only worth it where a size is asked for.
			files: limits.maxSize === undefined ? new Map() : filesOf(root, each, gone),
		}),
	);
	const plan = planRetention(uses, { maxAgeMs: limits.maxAgeMs, ...maxBytes(root, limits) }, now);
	return {
		due: plan.removals.flatMap(({ berth: dir, reason }) => {
			const berth = berths.get(dir);
			return berth === undefined ? [] : [{ removal: berthRemoval(berth, reasons[reason]), berth }];
		}),
		kept: plan.spared.map((dir) => ({
			kind: "berth",
			name: berths.get(dir)?.name ?? dir,
			reason: berths.get(dir)?.mayChange ? hasItOpen : forbidden(),
		})),
	};
}

/** Why a berth that is in use stays. */
export const hasItOpen = "a job has it open";

/** A berth as one that is to go. */
export function berthRemoval({ berth, name, notedUseMs }: FoundBerth, reason: string): Removal {
	return { kind: "berth", name, berth, reason, ...(notedUseMs === undefined ? {} : { notedUseMs }) };
}

// A directory that holds nothing but what others put there is a berth no more.
function canGo(root: string, found: FoundBerth, gone: ReadonlySet<string>): boolean {
	return (
		found.notedUseMs !== undefined ||
		partsOf(root, found, gone).emptied.includes(paths.berth(root, found.berth))
	);
}

function filesOf(
	root: string,
	{ berth, generations }: FoundBerth,
	gone: ReadonlySet<string>,
): Map<string, number> {
	const files = new Map<string, number>();
	for (const entry of generations) {
		const path = join(paths.generations(root, berth), entry);
		if (!gone.has(path)) unless(notOurs, () => collectFiles(path, files));
	}
	return files;
}

function maxBytes(root: string, { maxSize }: Limits): { maxBytes?: number } {
	if (maxSize === undefined) return {};
	if (maxSize.kind === "bytes") return { maxBytes: maxSize.bytes };
	const disk = statfsSync(root);
	return { maxBytes: (disk.blocks * disk.bsize * maxSize.percent) / 100 };
}
