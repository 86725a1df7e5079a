import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type Digest, isDigest } from "../image/digest.ts";
import { readSmall, statOf } from "./files.ts";
import { blobPath, blobsDir } from "./paths.ts";

/** What names a blob in an index or a manifest: OCI's descriptor, checked. */
export type Descriptor = { readonly mediaType: string; readonly digest: Digest; readonly size: number };

/** The blobs that a layout's `index.json` reaches, with their sizes in bytes. */
export type LiveSet = ReadonlyMap<Digest, number>;

/** A BuildKit OCI layout as found on disk. Whole: every blob that `index.json` reaches is there with its size. */
export type Layout =
	| { readonly kind: "empty" }
	| { readonly kind: "whole"; readonly roots: readonly Descriptor[]; readonly live: LiveSet }
	| { readonly kind: "broken"; readonly reason: string };

// Layers and configs are leaves even where an index lists them, as BuildKit's image-manifest=false form does
// (buildkit cache/remotecache/export.go), so only these types are opened.
const branches: ReadonlySet<string> = new Set([
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
]);

// Bounds on untrusted metadata: 10,000 layers make a manifest of 3 MB.
const mostMetadataBytes = 32 * 1024 * 1024;
const mostBlobs = 200_000;

/** Reads a layout's metadata and the sizes of its blobs; reads no layer and follows no link. */
export function readLayout(dir: string): Layout {
	if (statOf(join(dir, "index.json")) === undefined) return { kind: "empty" };
	const text = readSmall(join(dir, "index.json"), mostMetadataBytes);
	const roots = text === undefined ? undefined : descriptorsIn(parse(text), ["manifests"]);
	if (roots === undefined || roots.length === 0)
		return { kind: "broken", reason: "its index.json is not one" };
	return reach(dir, roots);
}

/** What `roots` reach in `dir`, as `readLayout` finds it from an `index.json` that lists them. */
export function reach(dir: string, roots: readonly Descriptor[]): Layout {
	const stray = strayDirectory(dir);
	if (stray !== undefined) return { kind: "broken", reason: `${JSON.stringify(stray)} is not a directory` };
	const live = new Map<Digest, number>();
	const open = [...roots];
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		if (live.has(next.digest)) continue;
		const problem = problemWith(dir, next);
		if (problem !== undefined) return { kind: "broken", reason: problem };
		live.set(next.digest, next.size);
		if (live.size > mostBlobs) return { kind: "broken", reason: `it reaches more than ${mostBlobs} blobs` };
		if (!branches.has(next.mediaType)) continue;
		const children = childrenOf(dir, next);
		if (children === undefined)
			return { kind: "broken", reason: `${next.digest} is not the metadata it is named as` };
		for (const child of children) open.push(child);
	}
	return { kind: "whole", roots, live };
}

/** The first of a layout's directories that is missing or a link, so that its blobs are not looked for behind it. */
export function strayDirectory(dir: string): string | undefined {
	return [dir, join(dir, "blobs"), blobsDir(dir)].find((each) => !statOf(each)?.isDirectory());
}

/** The first live blob whose bytes are not what its name says, by hashing them all; undefined if all are good. */
export async function firstCorrupt(
	dir: string,
	live: LiveSet,
	onBytes: (bytes: number) => void = () => {},
): Promise<Digest | undefined> {
	for (const [digest, size] of live) {
		const hash = createHash("sha256");
		try {
			for await (const chunk of createReadStream(blobPath(dir, digest), { highWaterMark: 1 << 20 }))
				hash.update(chunk);
		} catch {
			// A blob that can't be read is as useless to the build as one with other bytes.
			return digest;
		}
		if (`sha256:${hash.digest("hex")}` !== digest) return digest;
		onBytes(size);
	}
	return undefined;
}

/** Whether two lists of roots name the same content, so that a swap would change nothing. */
export function sameRoots(one: readonly Descriptor[], other: readonly Descriptor[]): boolean {
	const digests = (roots: readonly Descriptor[]) => roots.map((root) => root.digest).sort();
	return digests(one).join() === digests(other).join();
}

/** Checks an untrusted value as a list of descriptors; undefined if any entry is none. */
export function asDescriptors(value: unknown): Descriptor[] | undefined {
	if (!Array.isArray(value)) return undefined;
	const descriptors = value.map(asDescriptor);
	return descriptors.every((each) => each !== undefined) ? descriptors : undefined;
}

function problemWith(dir: string, { digest, size }: Descriptor): string | undefined {
	const stat = statOf(blobPath(dir, digest));
	if (stat === undefined) return `${digest} is missing`;
	if (!stat.isFile()) return `${digest} is not a regular file`;
	return stat.size === size ? undefined : `${digest} has ${stat.size} bytes instead of ${size}`;
}

function childrenOf(dir: string, parent: Descriptor): Descriptor[] | undefined {
	const text = readSmall(blobPath(dir, parent.digest), mostMetadataBytes);
	return text === undefined ? undefined : descriptorsIn(parse(text), ["manifests", "config", "layers"]);
}

function descriptorsIn(value: unknown, fields: readonly string[]): Descriptor[] | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const record = value as Record<string, unknown>;
	return asDescriptors(fields.flatMap((field) => record[field] ?? []));
}

function asDescriptor(value: unknown): Descriptor | undefined {
	if (typeof value !== "object" || value === null) return undefined;
	const { mediaType, digest, size } = value as Record<string, unknown>;
	if (!isDigest(digest) || typeof mediaType !== "string" || typeof size !== "number") return undefined;
	return Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size } : undefined;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
