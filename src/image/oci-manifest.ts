import { readConfig } from "./config.ts";
import { asDescriptor, asDescriptors, type Descriptor, fields, parseJson, show } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { type Compression, chainIds, type Image, type Layer } from "./image.ts";
import { findBlob, type Layout, readBlob } from "./layout.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

const configTypes: ReadonlySet<string> = new Set([
	"application/vnd.oci.image.config.v1+json",
	"application/vnd.docker.container.image.v1+json",
]);
const layerTypes: ReadonlyMap<string, Compression> = new Map([
	["application/vnd.oci.image.layer.v1.tar", "none"],
	["application/vnd.oci.image.layer.v1.tar+gzip", "gzip"],
	["application/vnd.oci.image.layer.v1.tar+zstd", "zstd"],
	["application/vnd.docker.image.rootfs.diff.tar", "none"],
	["application/vnd.docker.image.rootfs.diff.tar.gzip", "gzip"],
	["application/vnd.docker.image.rootfs.diff.tar.zstd", "zstd"],
]);

/** Reads the image of a manifest: its config and its layers must be there, and be of one mind. */
export function readManifest(layout: Layout, descriptor: Descriptor, named: Digest): Image | Unfit {
	const blob = readBlob(layout, descriptor);
	if (isUnfit(blob)) return blob;
	const parsed = fields(parseJson(blob.content));
	const configDescriptor = asDescriptor(parsed["config"]);
	if (isUnfit(configDescriptor)) return configDescriptor;
	if (!configTypes.has(configDescriptor.mediaType))
		return unfit(`has a config of the unknown media type ${show(configDescriptor.mediaType)}`);
	const config = readBlob(layout, configDescriptor);
	if (isUnfit(config)) return config;
	const listed = asDescriptors(parsed["layers"]);
	if (isUnfit(listed)) return listed;
	const described = readConfig(config.content);
	if (isUnfit(described)) return described;
	const layers = findLayers(layout, listed, described.diffIds);
	if (isUnfit(layers)) return layers;
	const manifest = { ...blob, mediaType: descriptor.mediaType };
	return { named, manifest, config, platform: described.platform, layers };
}

function findLayers(
	layout: Layout,
	listed: readonly Descriptor[],
	diffIds: readonly Digest[],
): readonly Layer[] | Unfit {
	if (listed.length !== diffIds.length)
		return unfit(
			`has a config that lists ${diffIds.length} layers where the manifest lists ${listed.length}`,
		);
	const chain = chainIds(diffIds);
	const layers: Layer[] = [];
	for (const [at, descriptor] of listed.entries()) {
		const [diffId, chainId] = [diffIds[at], chain[at]];
		const compression = layerTypes.get(descriptor.mediaType);
		if (compression === undefined)
			return unfit(
				`has the layer ${descriptor.digest} of the unknown media type ${show(descriptor.mediaType)}`,
			);
		const bytes = findBlob(layout, descriptor);
		if (isUnfit(bytes)) return bytes;
		if (diffId === undefined || chainId === undefined)
			throw new Error("there are as many diff ids as layers");
		if (compression === "none" && descriptor.digest !== diffId)
			return unfit(`has a config that lists ${diffId} where the manifest lists ${descriptor.digest}`);
		layers.push({ digest: descriptor.digest, diffId, chainId, compression, bytes });
	}
	return layers;
}
