import { bytesHeld } from "../cleanup/build-cache.ts";
import type { BuildCacheRecord, Upkeep } from "../engine/upkeep.ts";
import { humanBytes } from "../report/units.ts";

/** What was thought to come free with image names, and what the disks say did; bytes. */
export type Freed = { readonly thoughtBytes: number; readonly freedBytes: number };

/**
 * What a user should know of names that went and left their layers: that the build cache has them, if it does. `before`
 * is what that had while the images were there.
 */
export async function heldRemark(
	{ thoughtBytes, freedBytes }: Freed,
	before: readonly BuildCacheRecord[] | undefined,
	upkeep: Upkeep,
): Promise<string | undefined> {
	if (thoughtBytes === 0 || before === undefined) return undefined;
	const after = await upkeep.buildCache();
	const held = after.kind === "listed" ? bytesHeld(before, after.items) : 0;
	if (held === 0) return undefined;
	return freedBytes < thoughtBytes / 20
		? `${humanBytes(freedBytes)} freed: the build cache holds these layers (${humanBytes(held)})`
		: `the build cache holds ${humanBytes(held)} of the layers of what was removed`;
}

/** What names are thought to free. */
export function thoughtBytes(removed: readonly { readonly kind: string; readonly bytes: number }[]): number {
	return removed.reduce((sum, { kind, bytes }) => sum + (kind === "tag" ? bytes : 0), 0);
}
