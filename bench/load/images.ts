import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchLayer } from "./layers.ts";

/** An image as a folder that every way of loading can start from. */
export type BenchImage = {
	readonly dir: string;
	readonly name: string;
	readonly layers: readonly BenchLayer[];
	readonly config: Buffer;
};

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";

/**
 * Writes an OCI layout, its layers as hard links, with docker's `manifest.json` in it: packed, it is what `docker save`
 * writes, and both image stores take it.
 */
export function writeImage(dir: string, name: string, layers: readonly BenchLayer[]): BenchImage {
	const blobs = join(dir, "blobs", "sha256");
	mkdirSync(blobs, { recursive: true });
	for (const { path, digest } of layers) linkSync(path, join(blobs, hexOf(digest)));
	const config = configOf(layers);
	const configBlob = writeBlob(blobs, config, configType);
	const descriptors = layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
	const manifest = { schemaVersion: 2, mediaType: manifestType, config: configBlob, layers: descriptors };
	const listed = {
		...writeBlob(blobs, json(manifest), manifestType),
		annotations: { "io.containerd.image.name": name },
	};
	const inArchive = (digest: string) => `blobs/sha256/${hexOf(digest)}`;
	writeFileSync(join(dir, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
	writeFileSync(
		join(dir, "index.json"),
		json({ schemaVersion: 2, mediaType: indexType, manifests: [listed] }),
	);
	writeFileSync(
		join(dir, "manifest.json"),
		json([
			{
				Config: inArchive(configBlob.digest),
				RepoTags: [name],
				Layers: layers.map(({ digest }) => inArchive(digest)),
			},
		]),
	);
	return { dir, name, layers, config };
}

/** An image's config: nothing but its platform and layers. */
export function configOf(layers: readonly BenchLayer[]): Buffer {
	const architecture = process.arch === "x64" ? "amd64" : process.arch;
	const rootfs = { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) };
	return json({ os: "linux", architecture, config: {}, rootfs });
}

/** Packs an image's folder. */
export function writeArchive({ dir }: BenchImage, file: string): string {
	const parts = ["oci-layout", "index.json", "manifest.json", "blobs"];
	execFileSync("tar", ["--create", "--file", file, "--directory", dir, ...parts]);
	return file;
}

/** Bytes of all layers of some images, each layer once. */
export function distinctBytes(images: readonly BenchImage[]): number {
	const sizes = new Map(images.flatMap(({ layers }) => layers.map(({ digest, size }) => [digest, size])));
	return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

function writeBlob(blobs: string, content: Buffer, mediaType: string): Descriptor {
	const hex = createHash("sha256").update(content).digest("hex");
	writeFileSync(join(blobs, hex), content);
	return { mediaType, digest: `sha256:${hex}`, size: content.length };
}

function hexOf(digest: string): string {
	return digest.slice("sha256:".length);
}

function json(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}
