import type { Clone } from "./clone.ts";
import { asDescriptors } from "./layout.ts";
import { isBerthDir } from "./name.ts";
import { type GenerationId, isId, type JobId } from "./paths.ts";

/** A job's hold on a berth: plain data, so that the post step can take it up again. */
export type Hold = { readonly root: string; readonly job: JobId; readonly clone: Clone };

/** Checks a hold that was read back from text; undefined if it is none. */
export function asHold(value: unknown): Hold | undefined {
	const { root, job, clone } = fields(value);
	const { id, berth, base } = fields(clone);
	if (typeof root !== "string" || !isId<JobId>(job)) return undefined;
	if (!isId<GenerationId>(id) || !isBerthDir(berth)) return undefined;
	if (base === null) return { root, job, clone: { id, berth, base } };
	const { generation, roots } = fields(base);
	const descriptors = asDescriptors(roots);
	if (!isId<GenerationId>(generation) || descriptors === undefined) return undefined;
	return { root, job, clone: { id, berth, base: { generation, roots: descriptors } } };
}

function fields(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
