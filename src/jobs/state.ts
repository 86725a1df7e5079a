import { asHold, type Hold } from "../cache/hold.ts";
import type { Limits } from "../cache/retention.ts";
import type { CleanupInputs } from "../cleanup/inputs.ts";
import type { Identity } from "../runner/identity.ts";
import type { Inputs } from "../runner/inputs.ts";
import type { Step } from "../runner/step.ts";
import type { Arrival } from "./arrive.ts";

/** What main leaves to post. Holds no secret: the runner writes state into files. */
export type JobState = {
	readonly me: Identity;
	/** The cache root, which also keeps what has been seen in engines. */
	readonly root: string;
	readonly cache: CacheState | null;
	readonly cleanup: CleanupState | null;
};

/** The berth that the job used. */
export type CacheState = {
	/** The container name that it is of. */
	readonly name: string;
	readonly limits: Limits;
	/** The berth still held, and why what was exported into it may not be swapped in, if so. */
	readonly pending: { readonly hold: Hold; readonly readOnly: string | null } | null;
	/** What saving it to the cache service takes; null if it is not to be. */
	readonly carry: CarryState | null;
};

/** The file that main noted down what is there in, and why nothing may be saved, if so. */
export type CarryState = { readonly notes: string; readonly readOnly: string | null };

/** What is to be removed from the engine; `arrival` is null where none answered. */
export type CleanupState = { readonly inputs: CleanupInputs; readonly arrival: Arrival | null };

/** The name under which the runner keeps the state. */
export const stateName = "berth";

/** What a job has to leave to its post step, kept with the runner at every change: main may be killed at any moment. */
export class Leaving {
	#state: JobState;
	#carry: CarryState | null = null;
	readonly #step: Step;

	constructor({ cache: { root } }: Inputs, { me, step }: { readonly me: Identity; readonly step: Step }) {
		this.#state = { me, root, cache: null, cleanup: null };
		this.#step = step;
	}

	/** That post has to save the berth to the cache service; to be said before the berth is. */
	carry(carry: CarryState): void {
		this.#carry = carry;
	}

	/** The berth that post has to tidy, and to settle if it is pending still. */
	cache(pending: CacheState["pending"], { cache: { name, maxAgeMs, maxSize } }: Inputs): void {
		const limits = maxSize === undefined ? { maxAgeMs } : { maxAgeMs, maxSize };
		this.#keep({ ...this.#state, cache: { name, limits, pending, carry: this.#carry } });
	}

	/** The engine that post has to clean up. */
	cleanup(inputs: CleanupInputs, arrival: Arrival | null): void {
		this.#keep({ ...this.#state, cleanup: { inputs, arrival } });
	}

	#keep(state: JobState): void {
		this.#state = state;
		this.#step.saveState(stateName, JSON.stringify(state));
	}
}

/** Reads the state back; undefined if main left none, or something else. */
export function parseState(text: string): JobState | undefined {
	const { me, root, cache, cleanup } = fields(parse(text));
	const { runner, job } = fields(me);
	if (typeof runner !== "string" || typeof job !== "string" || typeof root !== "string") return undefined;
	return { me: { runner, job }, root, cache: asCache(cache) ?? null, cleanup: asCleanup(cleanup) ?? null };
}

function asCache(value: unknown): CacheState | undefined {
	const { name, limits, pending, carry } = fields(value);
	const bounds = asLimits(limits);
	if (typeof name !== "string" || bounds === undefined) return undefined;
	const hold = asHold(fields(pending)["hold"]);
	const readOnly = fields(pending)["readOnly"];
	return {
		name,
		limits: bounds,
		pending: hold === undefined ? null : { hold, readOnly: textOrNull(readOnly) },
		carry: asCarry(carry) ?? null,
	};
}

function asCarry(value: unknown): CarryState | undefined {
	const { notes, readOnly } = fields(value);
	return typeof notes === "string" ? { notes, readOnly: textOrNull(readOnly) } : undefined;
}

function textOrNull(value: unknown): string | null {
	return typeof value === "string" ? value : null;
}

function asCleanup(value: unknown): CleanupState | undefined {
	const { inputs, arrival } = fields(value);
	const { mode, prefixes, minAgeMs, keepImages, keepBases } = fields(inputs);
	if (mode !== "job" && mode !== "stale") return undefined;
	if (typeof minAgeMs !== "number" || !isTexts(prefixes) || !isTexts(keepImages)) return undefined;
	if (keepBases !== "free" && keepBases !== "pull" && keepBases !== "off") return undefined;
	return {
		inputs: { mode, prefixes, minAgeMs, keepImages, keepBases },
		arrival: asArrival(arrival) ?? null,
	};
}

function asArrival(value: unknown): Arrival | undefined {
	const { engineId, mark, marked, sinceMs, notes } = fields(value);
	if (typeof engineId !== "string" || typeof mark !== "string" || typeof notes !== "string") return undefined;
	if (typeof marked !== "boolean" || typeof sinceMs !== "number") return undefined;
	return { engineId, mark, marked, sinceMs, notes };
}

function asLimits(value: unknown): Limits | undefined {
	const { maxAgeMs, maxSize } = fields(value);
	const { kind, bytes, percent } = fields(maxSize);
	if (typeof maxAgeMs !== "number") return undefined;
	if (kind === "bytes" && typeof bytes === "number") return { maxAgeMs, maxSize: { kind, bytes } };
	if (kind === "percent" && typeof percent === "number") return { maxAgeMs, maxSize: { kind, percent } };
	return { maxAgeMs };
}

function isTexts(value: unknown): value is string[] {
	return Array.isArray(value) && value.every((each) => typeof each === "string");
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
