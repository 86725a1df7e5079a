import type { Digest } from "../image/digest.ts";
import type { Bounds } from "./bounds.ts";
import { type PackId, packIdOf } from "./keys.ts";
import { type Blobs, bytesOf, type Pack } from "./manifest.ts";

/** How blobs may be cut: into at most `room` packs, under none of the names of `bad` ones. */
export type Cut = { readonly room: number; readonly bad: readonly PackId[]; readonly within: Bounds };

type Bin = { readonly blobs: Map<Digest, number>; bytes: number };

/**
 * Cuts blobs into packs, the largest first: several packs are restored in parallel, and a big blob that goes out of use
 * takes a pack of its own with it instead of being dead weight in one that stays.
 */
export function cutPacks(blobs: Blobs, { room, bad, within }: Cut): Pack[] {
	const target = Math.min(
		Math.max(bytesOf(blobs) / within.piecesOfFresh, within.leastPackBytes),
		within.mostPackBytes,
	);
	const bins: Bin[] = [];
	for (const [digest, size] of [...blobs].sort(([, one], [, other]) => other - one)) {
		const bin = bins.find(({ bytes }) => bytes + size <= target) ?? anotherBin(bins, room);
		bin.blobs.set(digest, size);
		bin.bytes += size;
	}
	return bins.map((bin) => ({ id: freeId(bin.blobs, bad), blobs: bin.blobs }));
}

function anotherBin(bins: Bin[], room: number): Bin {
	if (bins.length >= room) return bins.reduce((least, bin) => (bin.bytes < least.bytes ? bin : least));
	const bin = { blobs: new Map<Digest, number>(), bytes: 0 };
	bins.push(bin);
	return bin;
}

function freeId(blobs: Blobs, bad: readonly PackId[]): PackId {
	let attempt = 0;
	while (bad.includes(packIdOf(blobs.keys(), attempt))) attempt++;
	return packIdOf(blobs.keys(), attempt);
}
