import { createHash } from "node:crypto";
import { type Digest, isDigest } from "./digest.ts";
import type { Platform } from "./platform.ts";
import type { Stretch } from "./stretch.ts";

/** How a layer's tar is packed; `other` is what only the graph driver reads (bzip2, xz). */
export type Compression = "none" | "gzip" | "zstd" | "other";

/** A layer of an image on disk. */
export type Layer = {
	readonly digest: Digest;
	/** The digest of its tar, unpacked. */
	readonly diffId: Digest;
	/** The digest that names it and all layers below it in the graph driver's layer store. */
	readonly chainId: Digest;
	readonly compression: Compression;
	readonly bytes: Stretch;
};

/** A blob that is small enough to be held. */
export type SmallBlob = { readonly digest: Digest; readonly content: Buffer };

/** An image that was read and found sound, but for its layers' bytes: these are hashed when they are sent. */
export type Image = {
	/** The digest that a layout's `index.json` gives it; a docker archive's is the image's id. */
	readonly named: Digest;
	readonly manifest: SmallBlob & { readonly mediaType: string };
	readonly config: SmallBlob;
	readonly platform: Platform;
	readonly layers: readonly Layer[];
};

/** Bytes of layers as they lie on disk; one that is there twice counts once, and is sent once. */
export function layerBytes(layers: readonly Layer[]): number {
	const sizes = new Map(layers.map(({ digest, bytes }) => [digest, bytes.size]));
	return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** The name that container-structure-test's Bazel rule gives an image, and Berth one that is given none. */
export function defaultReference({ named }: Image): string {
	const name = named.replace(":", "-");
	return `cst.oci.local/${name}:${name}`;
}

/** The chain ids of diff ids, base first (opencontainers/image-spec `config.md`, Layer ChainID). */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
	const chain: Digest[] = [];
	for (const diffId of diffIds) {
		const below = chain.at(-1);
		chain.push(below === undefined ? diffId : sha256(Buffer.from(`${below} ${diffId}`)));
	}
	return chain;
}

/** The digest of some bytes. */
export function sha256(content: Buffer): Digest {
	const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
	if (!isDigest(digest)) throw new Error("a SHA-256 is no digest");
	return digest;
}
