import { type Digest, isDigest } from "../image/digest.ts";
import { type GenerationHash, isPackId, mostPacks, type PackId } from "./keys.ts";

/** Blobs and their sizes in bytes. */
export type Blobs = ReadonlyMap<Digest, number>;

/** Blobs that travel together, as one entry of the cache service. */
export type Pack = { readonly id: PackId; readonly blobs: Blobs };

/** A generation as it is carried: the packs that hold its blobs, oldest first, and which of their blobs are its own. */
export type Manifest = {
	readonly generation: GenerationHash;
	readonly packs: readonly Pack[];
	readonly live: ReadonlySet<Digest>;
};

/** The bytes of some blobs together. */
export function bytesOf(blobs: Blobs): number {
	return [...blobs.values()].reduce((sum, size) => sum + size, 0);
}

// As many as a layout may have live, and as many dead ones again.
const mostBlobs = 400_000;

/** What `packs.json` says of a manifest. */
export function packsText({ packs, live }: Manifest): string {
	const listed = packs.map(({ id, blobs }) => ({ id, blobs: Object.fromEntries(blobs) }));
	return JSON.stringify({ packs: listed, live: [...live] });
}

/** Reads an untrusted `packs.json`; undefined unless every live blob is in one of its packs. */
export function parsePacks(text: string): Omit<Manifest, "generation"> | undefined {
	const { packs: listed, live: named } = recordOf(parse(text));
	if (!Array.isArray(listed) || !Array.isArray(named)) return undefined;
	if (listed.length > mostPacks || named.length > mostBlobs || !named.every(isDigest)) return undefined;
	const packs = listed.map(packOf);
	if (!packs.every((pack) => pack !== undefined)) return undefined;
	const there = new Set(packs.flatMap(({ blobs }) => [...blobs.keys()]));
	return there.size <= mostBlobs && named.every((digest) => there.has(digest))
		? { packs, live: new Set(named) }
		: undefined;
}

function packOf(value: unknown): Pack | undefined {
	const { id, blobs: listed } = recordOf(value);
	const entries = Object.entries(recordOf(listed));
	const blobs = new Map<Digest, number>();
	for (const [digest, size] of entries) {
		if (!isDigest(digest) || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
			return undefined;
		blobs.set(digest, size);
	}
	return isPackId(id) ? { id, blobs } : undefined;
}

function recordOf(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
