import { createHash } from "node:crypto";
import { readConfig } from "./config.ts";
import { fields, parseJson, show } from "./descriptor.ts";
import { type Digest, isDigest } from "./digest.ts";
import { type Compression, chainIds, type Image, type Layer, sha256 } from "./image.ts";
import { mostMetadataBytes } from "./layout.ts";
import { readWhole, type Stretch, streamOf } from "./stretch.ts";
import type { TarEntries } from "./tar-entries.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const layerType = "application/vnd.docker.image.rootfs.diff.tar";

/**
 * Reads the one image of a docker archive, and writes it the manifest that it lacks: the one that `docker load` makes
 * on the containerd image store (containerd `core/images/archive/importer.go`), so that both give it one id.
 */
export async function readDockerArchive(entries: TarEntries, manifest: Stretch): Promise<Image | Unfit> {
	const text = readWhole(manifest, mostMetadataBytes);
	if (isUnfit(text)) return text;
	const listed = parseJson(text);
	if (!Array.isArray(listed) || listed.length === 0) return unfit("has a manifest.json that lists no image");
	if (listed.length > 1) return unfit(`holds ${listed.length} images; give each an archive of its own`);
	const { Config: configName, Layers: names } = fields(listed[0]);
	const found = typeof configName === "string" ? entries.get(configName) : undefined;
	if (found === undefined) return unfit(`lacks its config ${show(configName)}`);
	const content = readWhole(found, mostMetadataBytes);
	if (isUnfit(content)) return content;
	const config = { digest: sha256(content), content };
	const described = readConfig(content);
	if (isUnfit(described)) return described;
	const layers = await findLayers(entries, Array.isArray(names) ? names : [], described.diffIds);
	if (isUnfit(layers)) return layers;
	const written = manifestOf(config, layers);
	return {
		named: config.digest,
		manifest: { digest: sha256(written), content: written, mediaType: manifestType },
		config,
		platform: described.platform,
		layers,
	};
}

async function findLayers(
	entries: TarEntries,
	names: readonly unknown[],
	diffIds: readonly Digest[],
): Promise<readonly Layer[] | Unfit> {
	if (names.length !== diffIds.length)
		return unfit(
			`has a config that lists ${diffIds.length} layers where manifest.json lists ${names.length}`,
		);
	const chain = chainIds(diffIds);
	const layers: Layer[] = [];
	for (const [at, name] of names.entries()) {
		const bytes = typeof name === "string" ? entries.get(name) : undefined;
		if (bytes === undefined) return unfit(`lacks the layer ${show(name)}`);
		const compression = compressionOf(bytes);
		if (isUnfit(compression)) return compression;
		const [diffId, chainId] = [diffIds[at], chain[at]];
		if (diffId === undefined || chainId === undefined)
			throw new Error("there are as many diff ids as layers");
		// A plain tar's name is known from the config, and is checked when it is sent; a packed one's is nowhere.
		const digest = compression.kind === "none" ? diffId : await digestOf(bytes);
		layers.push({ digest, diffId, chainId, compression: compression.kind, bytes });
	}
	return layers;
}

function compressionOf({ path, offset, size }: Stretch): { readonly kind: Compression } | Unfit {
	const start = readWhole({ path, offset, size: Math.min(size, 4) }, 4);
	if (isUnfit(start)) return start;
	const hex = start.toString("hex");
	if (hex.startsWith("1f8b")) return { kind: "gzip" };
	if (hex === "28b52ffd") return { kind: "zstd" };
	return { kind: hex === "fd377a58" || hex.startsWith("425a68") ? "other" : "none" };
}

async function digestOf(bytes: Stretch): Promise<Digest> {
	const hash = createHash("sha256");
	for await (const chunk of streamOf(bytes)) hash.update(chunk);
	const digest = `sha256:${hash.digest("hex")}`;
	if (!isDigest(digest)) throw new Error("a SHA-256 is no digest");
	return digest;
}

function manifestOf(config: { digest: Digest; content: Buffer }, layers: readonly Layer[]): Buffer {
	// The importer calls zstd gzip, and the store looks at the bytes; 26.1 runs no image that says zstd here.
	const packed: Record<Compression, string> = { none: "", gzip: ".gzip", zstd: ".gzip", other: "" };
	return Buffer.from(
		JSON.stringify({
			schemaVersion: 2,
			mediaType: manifestType,
			config: {
				mediaType: "application/vnd.docker.container.image.v1+json",
				digest: config.digest,
				size: config.content.length,
			},
			layers: layers.map(({ digest, compression, bytes }) => ({
				mediaType: `${layerType}${packed[compression]}`,
				digest,
				size: bytes.size,
			})),
		}),
	);
}
