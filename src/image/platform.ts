/** What an image runs on, in the words of Go and of OCI: `linux`, `arm64`, `v8`. */
export type Platform = { readonly os: string; readonly architecture: string; readonly variant?: string };

/** A platform as docker writes it: `linux/arm/v7`. */
export function platformName({ os, architecture, variant }: Platform): string {
	return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/**
 * Of several platforms, the place of the one that runs best on the engine's; undefined if none does. An older variant
 * runs on a newer processor, the newest of them is best (containerd/platforms `compare.go`).
 */
export function bestMatch(offered: readonly (Platform | undefined)[], wanted: Platform): number | undefined {
	const ranks = offered.map((each) => (each === undefined ? undefined : rank(each, wanted)));
	const best = ranks.reduce<number>((top, each) => Math.max(top, each ?? -1), -1);
	return best < 0 ? undefined : ranks.indexOf(best);
}

function rank(offered: Platform, wanted: Platform): number | undefined {
	if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined;
	const level = levelOf(offered);
	// An engine says nothing of amd64's levels: the plain one runs anywhere, a higher one is the last resort.
	if (wanted.architecture === "amd64") return 100 - level;
	return wanted.variant !== undefined && level > levelOf(wanted) ? undefined : level;
}

function levelOf({ architecture, variant }: Platform): number {
	const plain = architecture === "arm64" ? 8 : architecture === "arm" ? 7 : 1;
	const level = /^v(\d+)/.exec(variant ?? "")?.[1];
	return level === undefined ? plain : Number(level);
}
