import { asPlatform, fields, parseJson } from "./descriptor.ts";
import { type Digest, isDigest } from "./digest.ts";
import type { Platform } from "./platform.ts";
import { type Unfit, unfit } from "./unfit.ts";

/** What an image's config says of how it is made up. */
export type Config = { readonly platform: Platform; readonly diffIds: readonly Digest[] };

// The engines refuse more than 125 layers when they mount an image; this only bounds what is read.
const mostLayers = 10_000;

/** Reads an image's config; what is no such config, as an artifact's, is unfit. */
export function readConfig(content: Buffer): Config | Unfit {
	const config = fields(parseJson(content));
	const { type, diff_ids: diffIds } = fields(config["rootfs"]);
	const platform = asPlatform(config);
	if (platform === undefined || type !== "layers" || !Array.isArray(diffIds))
		return unfit("has a config that is not an image's");
	if (diffIds.length > mostLayers)
		return unfit(`has ${diffIds.length} layers, over the bound of ${mostLayers}`);
	const checked = diffIds.filter(isDigest);
	return checked.length === diffIds.length
		? { platform, diffIds: checked }
		: unfit("has a config whose diff ids are no sha256 digests");
}
