import { readConfig } from "./config.ts";
import { asDescriptor, asDescriptors, type Descriptor, fields, parseJson, show } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { type Compression, chainIds, type Image, type Layer, type SmallBlob, sha256 } from "./image.ts";
import { bestMatch, type Platform, platformName } from "./platform.ts";
import { readWhole, type Stretch } from "./stretch.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

/** An OCI image layout, be it a directory or an archive. */
export type Layout = {
	readonly index: Stretch;
	readonly blob: (digest: Digest) => Stretch | undefined;
};

// Bounds on untrusted metadata: 10,000 layers make a manifest of 3 MB.
const mostMetadataBytes = 32 * 1024 * 1024;
const deepestIndex = 4;
const mostShown = 12;

const indexTypes: ReadonlySet<string> = new Set([
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
]);
const manifestTypes: ReadonlySet<string> = new Set([
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.v2+json",
]);
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

/** Reads the one image of a layout that is for the engine's platform. */
export function readOciImage(layout: Layout, wanted: Platform): Image | Unfit {
	const text = readWhole(layout.index, mostMetadataBytes);
	if (isUnfit(text)) return text;
	const listed = asDescriptors(fields(parseJson(text))["manifests"]);
	if (isUnfit(listed)) return unfit(`has an index.json that ${listed.unfit}`);
	const top = chooseTop(listed, wanted);
	if (isUnfit(top)) return top;
	const manifest = descend(layout, top, wanted);
	return isUnfit(manifest) ? manifest : readManifest(layout, manifest, top.digest);
}

// buildx lists an image once for each of its names; other tools list platforms here that belong into an index.
function chooseTop(listed: readonly Descriptor[], wanted: Platform): Descriptor | Unfit {
	const images = listed.filter(
		({ attestation, digest }, at) =>
			!attestation && listed.findIndex((each) => each.digest === digest) === at,
	);
	const [only] = images;
	if (only === undefined) return unfit("has an index.json that lists no image");
	if (images.length === 1) return only;
	return images.every(({ platform }) => platform !== undefined)
		? chooseForPlatform(images, wanted)
		: unfit(`holds ${images.length} images; give each a layout of its own`);
}

function chooseForPlatform(images: readonly Descriptor[], wanted: Platform): Descriptor | Unfit {
	const best = bestMatch(
		images.map(({ platform }) => platform),
		wanted,
	);
	const chosen = best === undefined ? undefined : images[best];
	if (chosen !== undefined) return chosen;
	const offered = images.flatMap(({ platform }) => (platform === undefined ? [] : [platformName(platform)]));
	const more = offered.length > mostShown ? [`${offered.length - mostShown} more`] : [];
	const shown = [...offered.slice(0, mostShown), ...more].join(", ") || "none that is named";
	return unfit(`has no image for the engine's platform ${platformName(wanted)}, only for ${shown}`);
}

function descend(layout: Layout, top: Descriptor, wanted: Platform): Descriptor | Unfit {
	let next = top;
	for (let depth = 0; depth < deepestIndex; depth++) {
		if (manifestTypes.has(next.mediaType)) return next;
		if (!indexTypes.has(next.mediaType))
			return unfit(`has ${next.digest} of the unknown media type ${show(next.mediaType)}`);
		const blob = readBlob(layout, next);
		if (isUnfit(blob)) return blob;
		const listed = asDescriptors(fields(parseJson(blob.content))["manifests"]);
		if (isUnfit(listed)) return listed;
		const images = listed.filter(({ attestation }) => !attestation);
		const [only] = images;
		// One that names no platform is the only choice there is, as a manifest alone would be.
		const chosen =
			only !== undefined && images.length === 1 && only.platform === undefined
				? only
				: chooseForPlatform(images, wanted);
		if (isUnfit(chosen)) return chosen;
		next = chosen;
	}
	return unfit(`nests indexes deeper than ${deepestIndex}`);
}

function readManifest(layout: Layout, descriptor: Descriptor, named: Digest): Image | Unfit {
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

function findBlob(layout: Layout, { digest, size }: Descriptor): Stretch | Unfit {
	const found = layout.blob(digest);
	if (found === undefined) return unfit(`lacks the blob ${digest}`);
	return found.size === size ? found : unfit(`has ${found.size} bytes of ${digest}, which has ${size}`);
}

function readBlob(layout: Layout, descriptor: Descriptor): SmallBlob | Unfit {
	const found = findBlob(layout, descriptor);
	if (isUnfit(found)) return found;
	const content = readWhole(found, mostMetadataBytes);
	if (isUnfit(content)) return content;
	const { digest } = descriptor;
	return sha256(content) === digest ? { digest, content } : unfit(`has other bytes than ${digest} names`);
}
