import type { BerthDir } from "./name.ts";

/** A berth as retention sees it; `files` has each file's bytes by inode, as berths share blobs by hard link. */
export type BerthUse = {
	readonly berth: BerthDir;
	readonly lastUsedMs: number;
	readonly inUse: boolean;
	readonly files: ReadonlyMap<string, number>;
};

/** A berth that has to go, and why. */
export type Removal = { readonly berth: BerthDir; readonly reason: "age" | "size" };

/** What the limits come to: which berths go, in this order, and which would have to but are in use. */
export type RetentionPlan = { readonly removals: readonly Removal[]; readonly spared: readonly BerthDir[] };

/** Decides which berths go: all unused for too long, then the least recently used until the rest fits. Pure. */
export function planRetention(
	berths: readonly BerthUse[],
	limits: { readonly maxAgeMs: number; readonly maxBytes?: number },
	now: Date,
): RetentionPlan {
	const oldest = [...berths].sort((one, other) => one.lastUsedMs - other.lastUsedMs);
	const aged = (each: BerthUse) => now.getTime() - each.lastUsedMs > limits.maxAgeMs;
	const removals = oldest
		.filter((each) => !each.inUse && aged(each))
		.map(({ berth }): Removal => ({ berth, reason: "age" }));
	const spared = oldest.filter((each) => each.inUse && aged(each)).map(({ berth }) => berth);
	if (limits.maxBytes === undefined) return { removals, spared };
	const kept = oldest.filter((each) => each.inUse || !aged(each));
	const holders = holdersOf(kept);
	let size = [...holders.values()].reduce((sum, { bytes }) => sum + bytes, 0);
	for (const each of kept) {
		if (size <= limits.maxBytes) break;
		if (each.inUse) {
			if (!aged(each)) spared.push(each.berth);
			continue;
		}
		size -= release(each, holders);
		removals.push({ berth: each.berth, reason: "size" });
	}
	return { removals, spared };
}

type Holders = Map<string, { bytes: number; count: number }>;

function holdersOf(berths: readonly BerthUse[]): Holders {
	const holders: Holders = new Map();
	for (const { files } of berths) {
		for (const [inode, bytes] of files)
			holders.set(inode, { bytes, count: (holders.get(inode)?.count ?? 0) + 1 });
	}
	return holders;
}

// A blob that another berth has too frees nothing until the last of them goes.
function release(use: BerthUse, holders: Holders): number {
	let freed = 0;
	for (const inode of use.files.keys()) {
		const holder = holders.get(inode);
		if (holder === undefined) continue;
		holder.count -= 1;
		if (holder.count === 0) freed += holder.bytes;
	}
	return freed;
}
