import { asDescriptors, type Descriptor, fields, parseJson, show } from "./descriptor.ts";
import type { Image } from "./image.ts";
import { type Layout, mostMetadataBytes, readBlob } from "./layout.ts";
import { readManifest } from "./oci-manifest.ts";
import { bestMatch, type Platform, platformName } from "./platform.ts";
import { readWhole } from "./stretch.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

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
