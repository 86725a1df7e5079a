import type { Bounds } from "./bounds.ts";
import { type Blobs, bytesOf, type Pack } from "./manifest.ts";

/** A pack and how many of its bytes are of use. */
type Weighed = { readonly pack: Pack; readonly live: number; readonly dead: number };

/**
 * The packs of a former generation that the next one goes on referring to, in the same order. Those given up are few:
 * first the ones whose live bytes are the cheapest to send again for the dead weight they bring, until that is within
 * its bound; then the smallest, until there is room for a fresh one.
 */
export function packsToKeep(packs: readonly Pack[], live: Blobs, within: Bounds): Pack[] {
	const useful = packs.map((pack) => weigh(pack, live)).filter((each) => each.live > 0);
	const light = withoutDeadWeight(useful, within.mostDead * bytesOf(live));
	const surplus = light.length - (within.mostPacks - 1);
	const smallest = [...light].sort((one, other) => one.live - other.live).slice(0, Math.max(0, surplus));
	return light.filter((each) => !smallest.includes(each)).map(({ pack }) => pack);
}

function withoutDeadWeight(packs: readonly Weighed[], most: number): Weighed[] {
	const kept = new Set(packs);
	let dead = packs.reduce((sum, each) => sum + each.dead, 0);
	for (const each of [...packs].sort((one, other) => other.dead / other.live - one.dead / one.live)) {
		if (dead <= most) break;
		kept.delete(each);
		dead -= each.dead;
	}
	return [...kept];
}

function weigh(pack: Pack, live: Blobs): Weighed {
	const used = new Map([...pack.blobs].filter(([digest]) => live.has(digest)));
	return { pack, live: bytesOf(used), dead: bytesOf(pack.blobs) - bytesOf(used) };
}
