import type { Digest } from "../image/digest.ts";
import { type Bounds, bounds } from "./bounds.ts";
import { cutPacks } from "./cut-packs.ts";
import type { GenerationHash, PackId } from "./keys.ts";
import type { Blobs, Manifest, Pack } from "./manifest.ts";
import { packsToKeep } from "./packs-to-keep.ts";

/** What is to be saved, and what is there already. */
export type SaveRequest = {
	readonly generation: GenerationHash;
	readonly live: Blobs;
	/** The manifest that was restored before the build, or saved last; its packs must still be there. */
	readonly previous: Manifest | undefined;
	/** Packs of it that proved missing or broken: their blobs are sent again, under another name. */
	readonly bad?: readonly PackId[];
};

/** What a save has to send: the fresh packs, and only after all of them the manifest, which refers to the reused ones too. */
export type SavePlan =
	| { readonly kind: "unchanged" }
	| {
			readonly kind: "save";
			readonly manifest: Manifest;
			readonly reused: readonly Pack[];
			readonly fresh: readonly Pack[];
			/** Packs given up although they hold live blobs, which are sent again in fresh ones. */
			readonly repacked: readonly Pack[];
	  };

/** Decides which packs a generation travels in, so that each save sends little and no restore downloads much for nothing. */
export function planSave(request: SaveRequest, within: Bounds = bounds): SavePlan {
	const { generation, live, previous, bad = [] } = request;
	const before = previous?.packs ?? [];
	const good = before.filter(({ id }) => !bad.includes(id));
	if (previous?.generation === generation && good.length === before.length) return { kind: "unchanged" };
	const reused = packsToKeep(good, live, within);
	const held = new Set(reused.flatMap(({ blobs }) => [...blobs.keys()]));
	const missing: Blobs = new Map([...live].filter(([digest]) => !held.has(digest)));
	const fresh = cutPacks(missing, { room: within.mostPacks - reused.length, bad, within });
	const repacked = good.filter(
		(pack) => !reused.includes(pack) && [...pack.blobs.keys()].some((digest) => live.has(digest)),
	);
	const packs = [...reused, ...fresh];
	const manifest: Manifest = { generation, packs, live: new Set<Digest>(live.keys()) };
	return { kind: "save", manifest, reused, fresh, repacked };
}
