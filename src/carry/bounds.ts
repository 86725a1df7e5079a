import { mostPacks } from "./keys.ts";

/** What the packing of a generation keeps within. */
export type Bounds = {
	/** Packs that a manifest refers to. */
	readonly mostPacks: number;
	/** Bytes of dead blobs in them, as a share of the live bytes: each restore downloads them too. */
	readonly mostDead: number;
	/** Into how many packs fresh blobs are cut, */
	readonly piecesOfFresh: number;
	/** unless these are smaller than that, being more requests than they are worth, */
	readonly leastPackBytes: number;
	/** or larger than that, and slow to restore. */
	readonly mostPackBytes: number;
};

/**
 * Found by `npm run bench carry`: of a cache of 1 GB with a tenth changed in each of 35 builds, an eighth to a sixth
 * of the bytes is sent that whole archives take, and a restore downloads up to 1.42 times them.
 */
export const bounds: Bounds = {
	mostPacks,
	mostDead: 0.5,
	piecesOfFresh: 8,
	leastPackBytes: 64_000_000,
	mostPackBytes: 1_000_000_000,
};
