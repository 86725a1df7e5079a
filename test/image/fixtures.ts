/** Images on disk, made byte by byte, so that each can be wrong in its own way. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Entry } from "../../src/image/archive.ts";
import type { Digest } from "../../src/image/digest.ts";
import { sha256 } from "../../src/image/image.ts";
import { taken } from "./taking.ts";

/** How a layer of a fixture is packed, in the words of its media type. */
export type Packing = "tar" | "tar+gzip" | "tar+zstd";

/** A layer, held whole: fixtures are small. */
export type FixtureLayer = {
	readonly blob: Buffer;
	readonly digest: Digest;
	readonly diffId: Digest;
	readonly mediaType: string;
};

/** An image, held whole. */
export type FixtureImage = {
	readonly manifest: Buffer;
	readonly config: Buffer;
	readonly layers: readonly FixtureLayer[];
	readonly platform: FixturePlatform;
	/** The digest of the manifest. */
	readonly digest: Digest;
	/** The digest of the config. */
	readonly id: Digest;
};

export type FixturePlatform = {
	readonly os: string;
	readonly architecture: string;
	readonly variant?: string;
};

/** A descriptor as it is written; anything may be wrong with it. */
export type FixtureDescriptor = Readonly<Record<string, unknown>>;

/** The platform of the engines here. */
export const here: FixturePlatform = {
	os: "linux",
	architecture: process.arch === "x64" ? "amd64" : process.arch,
};

/** An archive of small files, in order. */
export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
	return (await taken(entries)).bytes;
}

/** A layer with these files. */
export async function layerOf(
	files: Readonly<Record<string, string | Buffer>>,
	packing: Packing = "tar+gzip",
): Promise<FixtureLayer> {
	const entries = Object.entries(files).map(([name, content]) => ({ name, content: Buffer.from(content) }));
	return packed(await tarOf(entries), packing);
}

/** A layer from the bytes of its tar. */
export function packed(tar: Buffer, packing: Packing): FixtureLayer {
	const blob = packing === "tar" ? tar : packing === "tar+gzip" ? gzipSync(tar) : zstdCompressSync(tar);
	return {
		blob,
		digest: sha256(blob),
		diffId: sha256(tar),
		mediaType: `application/vnd.oci.image.layer.v1.${packing}`,
	};
}

/** An image of these layers; `config` is merged into its config. */
export function imageOf(
	layers: readonly FixtureLayer[],
	{ platform = here, config = {} }: { platform?: FixturePlatform; config?: object } = {},
): FixtureImage {
	const rootfs = { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) };
	const written = Buffer.from(JSON.stringify({ ...platform, config: {}, rootfs, ...config }));
	const manifest = Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: types.manifest,
			config: { mediaType: types.config, digest: sha256(written), size: written.length },
			layers: layers.map(({ mediaType, digest, blob }) => ({ mediaType, digest, size: blob.length })),
		}),
	);
	const ids = { digest: sha256(manifest), id: sha256(written) };
	return { manifest, config: written, layers, platform, ...ids };
}

export const types = {
	index: "application/vnd.oci.image.index.v1+json",
	manifest: "application/vnd.oci.image.manifest.v1+json",
	config: "application/vnd.oci.image.config.v1+json",
} as const;

/** An image's descriptor, as an index lists it. */
export function descriptorOf({ manifest, digest }: FixtureImage, more: object = {}): FixtureDescriptor {
	return { mediaType: types.manifest, digest, size: manifest.length, ...more };
}

/** The text of an index. */
export function indexOf(manifests: readonly FixtureDescriptor[]): Buffer {
	return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests }));
}

/** All blobs of some images, by digest. */
export function blobsOf(images: readonly FixtureImage[]): Map<Digest, Buffer> {
	return new Map(
		images.flatMap(({ manifest, config, layers }) => [
			[sha256(manifest), manifest] as const,
			[sha256(config), config] as const,
			...layers.map(({ digest, blob }) => [digest, blob] as const),
		]),
	);
}

/** Writes an OCI layout directory with one image, or with whatever index and blobs are given. */
export function writeLayout(
	dir: string,
	image: FixtureImage,
	{ index = indexOf([descriptorOf(image)]), blobs = blobsOf([image]) } = {},
): string {
	mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
	writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	writeFileSync(join(dir, "index.json"), index);
	for (const [digest, content] of blobs) writeFileSync(blobFile(dir, digest), content);
	return dir;
}

/** Where a layout keeps a blob. */
export function blobFile(dir: string, digest: Digest): string {
	return join(dir, "blobs", "sha256", digest.slice("sha256:".length));
}

/** Writes an OCI archive with one image. */
export async function writeOciArchive(file: string, image: FixtureImage): Promise<string> {
	const blobs = [...blobsOf([image])].map(([digest, content]) => ({
		name: `blobs/sha256/${digest.slice("sha256:".length)}`,
		content,
	}));
	const layout = { name: "oci-layout", content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') };
	const index = { name: "index.json", content: indexOf([descriptorOf(image)]) };
	writeFileSync(file, await tarOf([...blobs, layout, index]));
	return file;
}

/** Writes a docker archive with one image, as `docker save` did before Engine 25. */
export async function writeDockerArchive(file: string, image: FixtureImage): Promise<string> {
	const config = `${image.id.slice("sha256:".length)}.json`;
	const names = image.layers.map(({ digest }) => `${digest.slice("sha256:".length)}/layer.tar`);
	const manifest = [{ Config: config, RepoTags: ["in-the-archive:1"], Layers: names }];
	writeFileSync(
		file,
		await tarOf([
			...image.layers.map(({ blob }, at) => ({ name: names[at] ?? "", content: blob })),
			{ name: config, content: image.config },
			{ name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) },
		]),
	);
	return file;
}
