import { join } from "node:path";
import { errnoOf, isDirectory, readSmall } from "./files.ts";
import { type CarryKey, generationHashOf, type PackId } from "./keys.ts";
import { type Manifest, parsePacks } from "./manifest.ts";

/** The bound on untrusted metadata: 400,000 blobs make a `packs.json` of 70 MB. */
export const mostMetadataBytes = 96 * 1024 * 1024;

/** Where things lie in the staging folder. */
export function staged(staging: string): Record<"manifest" | "index" | "layout" | "packs", string> {
	const manifest = join(staging, "manifest");
	return {
		manifest,
		index: join(manifest, "index.json"),
		layout: join(manifest, "oci-layout"),
		packs: join(manifest, "packs.json"),
	};
}

/** A pack's folder; each has its own, so that several can be restored at the same time. */
export function packDir(staging: string, id: PackId): string {
	return join(staging, "packs", id);
}

/** What a restored manifest entry proved to be. */
export type ReadManifest =
	| { readonly kind: "manifest"; readonly manifest: Manifest }
	| { readonly kind: "broken"; readonly reason: string };

/** Reads and checks the manifest that was restored into the staging folder under a key. */
export function readManifest(staging: string, key: Extract<CarryKey, { kind: "manifest" }>): ReadManifest {
	const broken = (reason: string): ReadManifest => ({ kind: "broken", reason });
	try {
		if (!isDirectory(staging) || !isDirectory(staged(staging).manifest)) return broken("it is not there");
		const index = readSmall(staged(staging).index, mostMetadataBytes);
		if (index === undefined || generationHashOf(index) !== key.generation)
			return broken("its index.json is not the one that its key names");
		const text = readSmall(staged(staging).packs, mostMetadataBytes)?.toString("utf8");
		const parsed = text === undefined ? undefined : parsePacks(text);
		if (parsed === undefined) return broken("its packs.json is not one");
		const ids = parsed.packs.map(({ id }) => id);
		return ids.join(".") === key.packs.join(".")
			? { kind: "manifest", manifest: { generation: key.generation, ...parsed } }
			: broken("its packs.json lists other packs than its key");
	} catch (error) {
		const code = errnoOf(error);
		if (code === undefined) throw error;
		return broken(`it can't be read: ${code}`);
	}
}
