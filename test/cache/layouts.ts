import { createHash } from "node:crypto";
import {
	existsSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	renameSync,
	rmdirSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** What a build step left: BuildKit stores it as one blob. */
export type Layer = { readonly mediaType: string; readonly bytes: Buffer };

/** BuildKit's default form, or that of `image-manifest=false`: an index that lists layers beside the cache config. */
export type Form = "image-manifest" | "index";

/** What an export reaches: the file name of each blob under `blobs/sha256/`, with its size. */
export type Exported = ReadonlyMap<string, number>;

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

const ociIndex = "application/vnd.oci.image.index.v1+json";
const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const cacheConfig = "application/vnd.buildkit.cacheconfig.v0";

/** A layer whose bytes depend on nothing but the seed. */
export function layer(seed: string, size = 6000): Layer {
	const bytes = createHash("shake256", { outputLength: size }).update(seed).digest();
	return { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", bytes };
}

export function layers(...seeds: string[]): Layer[] {
	return seeds.map((seed) => layer(seed));
}

/**
 * Exports a cache as BuildKit does: blobs that are there are taken as they are, others are written to `ingest/` and
 * renamed, and `index.json` is rewritten in place at the end.
 */
export function exportInto(dir: string, stack: readonly Layer[], form: Form = "image-manifest"): Exported {
	mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
	mkdirSync(join(dir, "ingest"), { recursive: true });
	if (!existsSync(join(dir, "oci-layout")))
		writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	const exported = new Map<string, number>();
	const put = ({ mediaType, bytes }: Layer): Descriptor => {
		const hex = writeBlob(dir, bytes);
		exported.set(hex, bytes.length);
		return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
	};
	const descriptors = stack.map(put);
	const config = put({ mediaType: cacheConfig, bytes: json(configOf(descriptors)) });
	const top =
		form === "image-manifest"
			? { schemaVersion: 2, mediaType: ociManifest, config, layers: descriptors }
			: { schemaVersion: 2, mediaType: ociIndex, manifests: [...descriptors, config] };
	const root = put({ mediaType: top.mediaType, bytes: json(top) });
	writeIndex(dir, [{ ...root, annotations: { "org.opencontainers.image.ref.name": "latest" } }]);
	return exported;
}

/** Writes an `index.json` that lists whatever is given. */
export function writeIndex(dir: string, manifests: unknown): void {
	writeFileSync(join(dir, "index.json"), json({ schemaVersion: 2, mediaType: ociIndex, manifests }));
}

/** Writes one blob under its true name, as read-only as BuildKit leaves it; answers its file name. */
export function writeBlob(dir: string, bytes: Buffer): string {
	const hex = createHash("sha256").update(bytes).digest("hex");
	const path = blob(dir, hex);
	if (existsSync(path)) return hex;
	mkdirSync(join(dir, "ingest", hex));
	writeFileSync(join(dir, "ingest", hex, "data"), bytes, { mode: 0o444 });
	renameSync(join(dir, "ingest", hex, "data"), path);
	rmdirSync(join(dir, "ingest", hex));
	return hex;
}

/** The path of a blob in a layout. */
export function blob(dir: string, hex: string): string {
	return join(dir, "blobs", "sha256", hex);
}

/** The file name that a layer's blob has. */
export function hexOfLayer({ bytes }: Layer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** What keeps a layout from being whole, found by hashing every blob that it reaches; empty if all is well. */
export function faultsIn(dir: string): string[] {
	return [...reached(dir)].flatMap(([digest, size]) => {
		const path = blob(dir, digest.replace("sha256:", ""));
		if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return [`${digest} is missing`];
		const bytes = readFileSync(path);
		const hash = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
		return hash === digest && bytes.length === size ? [] : [`${digest} is corrupt`];
	});
}

function reached(dir: string): Map<string, number> {
	const found = new Map<string, number>();
	const open = listedIn(join(dir, "index.json"));
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (found.has(next.digest)) continue;
		found.set(next.digest, next.size);
		const path = blob(dir, next.digest.replace("sha256:", ""));
		if ([ociIndex, ociManifest].includes(next.mediaType) && existsSync(path)) open.push(...listedIn(path));
	}
	return found;
}

function listedIn(path: string): Descriptor[] {
	const value = JSON.parse(readFileSync(path, "utf8")) as {
		manifests?: Descriptor[];
		config?: Descriptor;
		layers?: Descriptor[];
	};
	return [...(value.manifests ?? []), ...(value.layers ?? []), ...(value.config ? [value.config] : [])];
}

function configOf(descriptors: readonly Descriptor[]): unknown {
	return {
		layers: descriptors.map(({ digest }, at) => ({ blob: digest, parent: at - 1 })),
		records: descriptors.map(({ digest }, at) => ({ digest, layers: [{ layer: at }] })),
	};
}

function json(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}
