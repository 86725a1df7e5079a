import { asHold, type Hold } from "../cache/hold.ts";
import type { Limits } from "../cache/retention.ts";
import type { Identity } from "../runner/identity.ts";
import type { Inputs } from "../runner/inputs.ts";
import type { Tools } from "./tools.ts";

/** What main leaves to post. Holds no secret: the runner writes state into files. */
export type JobState = {
	readonly me: Identity;
	readonly root: string;
	/** The container name that the job's berth is of. */
	readonly name: string;
	readonly limits: Limits;
	/** The berth still held, and why what was exported into it may not be swapped in, if so. */
	readonly pending: { readonly hold: Hold; readonly readOnly: string | null } | null;
};

/** The name under which the runner keeps the state. */
export const stateName = "berth";

/** Leaves to post what it has to finish; a job without a cache leaves nothing. */
export function saveState(pending: JobState["pending"], { cache }: Inputs, { me, step }: Tools): void {
	const { root, name, maxAgeMs, maxSize } = cache;
	const limits = maxSize === undefined ? { maxAgeMs } : { maxAgeMs, maxSize };
	const state: JobState = { me, root, name, limits, pending };
	step.saveState(stateName, JSON.stringify(state));
}

/** Reads the state back; undefined if main left none, or something else. */
export function parseState(text: string): JobState | undefined {
	const { me, root, name, limits, pending } = fields(parse(text));
	const { runner, job } = fields(me);
	if (typeof runner !== "string" || typeof job !== "string" || typeof root !== "string") return undefined;
	if (typeof name !== "string") return undefined;
	const bounds = asLimits(limits);
	if (bounds === undefined) return undefined;
	const hold = asHold(fields(pending)["hold"]);
	const readOnly = fields(pending)["readOnly"];
	return {
		me: { runner, job },
		root,
		name,
		limits: bounds,
		pending: hold === undefined ? null : { hold, readOnly: typeof readOnly === "string" ? readOnly : null },
	};
}

function asLimits(value: unknown): Limits | undefined {
	const { maxAgeMs, maxSize } = fields(value);
	const { kind, bytes, percent } = fields(maxSize);
	if (typeof maxAgeMs !== "number") return undefined;
	if (kind === "bytes" && typeof bytes === "number") return { maxAgeMs, maxSize: { kind, bytes } };
	if (kind === "percent" && typeof percent === "number") return { maxAgeMs, maxSize: { kind, percent } };
	return { maxAgeMs };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function fields(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
