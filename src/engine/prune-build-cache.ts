import type { DockerodeClient } from "./dockerode-client.ts";
import type { Refusal } from "./engine.ts";
import { asFields, refusal } from "./replies.ts";
import type { BuildCacheBounds, BuildCacheRecord } from "./upkeep.ts";
import { buildCacheIn } from "./upkeep-replies.ts";

/** How many bytes the engine counts as freed. */
export type Pruned = { readonly kind: "done"; readonly bytes: number } | Refusal;

type Within = { readonly askMs: number; readonly workMs: number; readonly pruneMs: number };
type Limits = { readonly kind: "limits"; readonly query: Readonly<Record<string, number>> };

// Without `all` the images of frontends are passed over; with it, layers that images have, too, go as well, which frees
// nothing and yet is counted as if it did (BuildKit `cache/manager.go`, prune). This filter sees to both.
const everyKind = { all: true, filters: { private: {} } };

/**
 * Has the engine's own builder prune its cache to the bounds. No request is made without one that the engine knows: it
 * would empty the cache, as 26.1 does at a `min-free-space`.
 */
export async function pruneBuildCache(
	client: DockerodeClient,
	bounds: BuildCacheBounds,
	within: Within,
): Promise<Pruned> {
	if (bounds.maxUsedBytes === undefined && bounds.minFreeBytes === undefined)
		return { kind: "done", bytes: 0 };
	try {
		const { ApiVersion } = asFields(
			await client.call({ method: "GET", path: "/version", withinMs: within.askMs }),
		);
		const limits = isAtLeast148(String(ApiVersion))
			? limitsOf(bounds)
			: keepOf(bounds, await readBuildCache(client, within.workMs));
		if (limits.kind === "refused") return limits;
		const call = { path: "/build/prune", query: { ...everyKind, ...limits.query }, withinMs: within.pruneMs };
		const pruned = await client.call({ ...call, method: "POST" });
		return { kind: "done", bytes: Number(asFields(pruned)["SpaceReclaimed"] ?? 0) };
	} catch (error) {
		return refusal(error);
	}
}

/** The records of the build cache. */
export async function readBuildCache(
	client: DockerodeClient,
	withinMs: number,
): Promise<readonly BuildCacheRecord[]> {
	const query = { type: "build-cache", verbose: true };
	return buildCacheIn(await client.call({ method: "GET", path: "/system/df", query, withinMs }));
}

function isAtLeast148(version: string): boolean {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	return major > 1 || (major === 1 && minor >= 48);
}

function limitsOf({ maxUsedBytes, minFreeBytes }: BuildCacheBounds): Limits {
	// BuildKit keeps less than this, and takes 0 for no bound. With `min-free-space` alone it removes a record even if
	// enough is free (28.5.2).
	const used = (maxUsedBytes ?? Number.MAX_SAFE_INTEGER - 1) + 1;
	const free = minFreeBytes === undefined ? {} : { "min-free-space": minFreeBytes };
	return { kind: "limits", query: { "max-used-space": used, ...free } };
}

// Before API 1.48 there is `keep-storage` alone, which means the same as `max-used-space` later.
function keepOf(
	{ maxUsedBytes = Number.MAX_SAFE_INTEGER - 1, minFreeBytes, freeBytes }: BuildCacheBounds,
	records: readonly BuildCacheRecord[],
): Limits | Refusal {
	const keep = (bytes: number): Limits => ({ kind: "limits", query: { "keep-storage": bytes + 1 } });
	if (minFreeBytes === undefined) return keep(maxUsedBytes);
	if (freeBytes === undefined)
		return { kind: "refused", problem: "an engine before 28 can't tell what is free of its disk" };
	// As BuildKit counts: what images have, too, would not come free.
	const used = records.reduce((sum, { bytes, shared }) => sum + (shared ? 0 : bytes), 0);
	const missing = Math.max(0, minFreeBytes - freeBytes);
	return keep(missing === 0 ? maxUsedBytes : Math.min(maxUsedBytes, Math.max(0, used - missing)));
}
