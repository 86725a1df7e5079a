import { berthsByUse } from "../cache/store.ts";
import { ownBytes } from "../cleanup/engine-plan.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import { underPrefixes } from "../cleanup/names.ts";
import type { CleanupKind, DiskUse } from "../report/cleanup-report.ts";
import { type EngineLook, planCleaning } from "./clean-engine.ts";
import { lookForAll } from "./clean-look.ts";
import type { Found } from "./clean-plan.ts";
import { ofCache, ofEngine } from "./clean-things.ts";
import type { CleanTools } from "./clean-up.ts";

/** What `berth du` shows; removes nothing. */
export async function diskUse(inputs: CleanInputs, tools: CleanTools): Promise<DiskUse> {
	const { found, errors } = await lookForAll(inputs, tools);
	const berths = berthsByUse(inputs.cacheRoot, tools.me, tools.now());
	const { engine, disk } = found;
	return {
		disk: disk === undefined ? null : { path: disk.path, bytes: disk.totalBytes, free: disk.freeBytes },
		tags: engine === undefined ? [] : tagsIn(engine, inputs),
		pins:
			engine?.pins.map(({ name, digest, bytes, lastUsedMs }) => ({
				...{ name: `${name}@${digest}`, bytes, lastUsed: iso(lastUsedMs ?? 0) },
			})) ?? [],
		orphans: orphansIn(found, inputs),
		berths:
			"problem" in berths
				? []
				: berths.map(({ name, bytes, lastUsedMs, inUse }) => ({
						...{ name, bytes, lastUsed: iso(lastUsedMs), inUse },
					})),
		buildCache:
			engine?.buildCache === undefined
				? null
				: {
						bytes: engine.buildCache.reduce((sum, { bytes }) => sum + bytes, 0),
						records: engine.buildCache.length,
					},
		errors,
	};
}

// An image's bytes count with the first of its names.
function tagsIn({ view }: EngineLook, { prefixes }: CleanInputs): DiskUse["tags"] {
	const isOurs = underPrefixes(prefixes);
	return view.images.flatMap((image) =>
		image.tags
			.filter(isOurs)
			.map((name, at) => ({ name, bytes: at === 0 && image.tags.every(isOurs) ? ownBytes(image) : 0 })),
	);
}

function orphansIn({ tidy, engine }: Found, inputs: CleanInputs): DiskUse["orphans"] {
	const kinds: readonly CleanupKind[] = ["container", "image", "volume"];
	const inEngine = engine === undefined ? [] : planCleaning(engine, { ...inputs, orphans: true }).always;
	return [
		...inEngine.filter(({ kind }) => kinds.includes(kind)).map(ofEngine),
		...tidy.removals.filter(({ kind }) => kind !== "berth").map(ofCache),
	];
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}
