import { type CarryKey, type NameHash, parseKey } from "./keys.ts";

/** An entry as the service lists it; it may lie there once for each `ref` that saved it. */
export type ListedEntry = {
	readonly key: string;
	readonly id: number;
	readonly ref: string;
	readonly createdMs: number;
};

/** When it is, and how long a job may last that has restored a manifest, or saved a pack, and is not done. */
export type Moment = { readonly nowMs: number; readonly longestJobMs: number };

type Read<Kind> = { readonly entry: ListedEntry; readonly key: Extract<CarryKey, { kind: Kind }> };

/**
 * The entries of a name that nobody will need. Each ref keeps its newest manifest, and one that was its newest while a
 * job now running may have restored it: that job will refer to its packs. Of the packs those stay that a manifest kept,
 * of any ref, refers to, and those so young that the manifest may be still to come.
 */
export function staleEntries(
	listing: readonly ListedEntry[],
	name: NameHash,
	moment: Moment,
): readonly ListedEntry[] {
	const mine = listing.flatMap((entry) => {
		const key = parseKey(entry.key);
		return key?.name === name ? [{ entry, key }] : [];
	});
	const manifests = mine.filter((each): each is Read<"manifest"> => each.key.kind === "manifest");
	const packs = mine.filter((each): each is Read<"pack"> => each.key.kind === "pack");
	const dead = new Set(manifests.filter((each) => isSuperseded(each, manifests, moment)));
	const needed = new Set(manifests.filter((each) => !dead.has(each)).flatMap(({ key }) => key.packs));
	const orphans = packs.filter(({ key, entry }) => !needed.has(key.pack) && isOld(entry, moment));
	return [...dead, ...orphans].map(({ entry }) => entry);
}

function isSuperseded(
	{ entry }: Read<"manifest">,
	manifests: readonly Read<"manifest">[],
	moment: Moment,
): boolean {
	return manifests.some(
		({ entry: other }) => other.ref === entry.ref && isNewer(other, entry) && isOld(other, moment),
	);
}

// Entries of one second are told apart by their ids, which the service counts up.
function isNewer(one: ListedEntry, other: ListedEntry): boolean {
	return one.createdMs > other.createdMs || (one.createdMs === other.createdMs && one.id > other.id);
}

function isOld({ createdMs }: ListedEntry, { nowMs, longestJobMs }: Moment): boolean {
	return nowMs - createdMs > longestJobMs;
}
