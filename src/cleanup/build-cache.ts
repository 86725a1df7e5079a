import type { BuildCacheRecord } from "../engine/upkeep.ts";

/** What is known of an engine's build cache and its disk, and the bounds; in bytes, undefined where there is none. */
export type BuildCacheState = {
	readonly records: readonly BuildCacheRecord[];
	readonly maxUsedBytes: number | undefined;
	/** What the disk lacks to be as free as asked, once all else that is to go is gone. */
	readonly missingBytes: number;
};

/** What the build cache takes by itself: layers that images have, too, BuildKit doesn't count, nor do they come free. */
export function ownBytesOf(records: readonly BuildCacheRecord[]): number {
	return total(records.filter(({ shared }) => !shared));
}

/** How many bytes have to go for the bounds to be met, as far as there is anything that can; 0: nothing is to be done. */
export function bytesOverBounds({ records, maxUsedBytes, missingBytes }: BuildCacheState): number {
	const used = ownBytesOf(records);
	const removable = ownBytesOf(records.filter(({ inUse }) => !inUse));
	const over = Math.max(maxUsedBytes === undefined ? 0 : used - maxUsedBytes, missingBytes, 0);
	return Math.min(over, removable);
}

/** How many bytes the build cache holds alone now that images held before, too: they did not come free with these. */
export function bytesHeld(before: readonly BuildCacheRecord[], after: readonly BuildCacheRecord[]): number {
	const shared = new Set(before.filter((record) => record.shared).map(({ id }) => id));
	return total(after.filter((record) => !record.shared && shared.has(record.id)));
}

function total(records: readonly BuildCacheRecord[]): number {
	return records.reduce((sum, { bytes }) => sum + bytes, 0);
}
