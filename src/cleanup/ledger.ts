/** When things were first and last seen, by name: an image's own dates lie (Bazel's say the epoch). */
export type Ledger = ReadonlyMap<string, Sighting>;

/** A thing as it was seen; times are milliseconds since the epoch by the engine's clock. */
export type Sighting = {
	/** What the name meant: an image's id. One that means another thing now is a new sighting. */
	readonly id: string;
	readonly sinceMs: number;
	/** When it was last known to be of use. */
	readonly usedMs: number;
};

/** A thing that is there now, and the last moment that it is known to have been of use, if any. */
export type Seen = { readonly name: string; readonly id: string; readonly usedMs?: number };

const version = 1;

/** Reads a ledger; what is malformed in it was never seen, and what lies in the future was seen just now. */
export function parseLedger(text: string | undefined, nowMs: number): Ledger {
	const { version: written, seen } = fields(parse(text ?? ""));
	if (written !== version) return new Map();
	return new Map(
		Object.entries(fields(seen)).flatMap(([name, value]) => {
			const [id, sinceMs, usedMs] = Array.isArray(value) ? value : [];
			if (typeof id !== "string" || !isTime(sinceMs) || !isTime(usedMs)) return [];
			return [[name, { id, sinceMs: Math.min(sinceMs, nowMs), usedMs: Math.min(usedMs, nowMs) }] as const];
		}),
	);
}

/** The text that `parseLedger` reads. */
export function ledgerText(ledger: Ledger): string {
	const seen = Object.fromEntries(
		[...ledger].map(([name, { id, sinceMs, usedMs }]) => [name, [id, sinceMs, usedMs]]),
	);
	return `${JSON.stringify({ version, seen })}\n`;
}

/** Notes all that is there now; what isn't any more is forgotten. */
export function noteSeen(ledger: Ledger, things: readonly Seen[], nowMs: number): Ledger {
	return new Map(
		things.map(({ name, id, usedMs = 0 }) => {
			const known = ledger.get(name);
			if (known?.id !== id) return [name, { id, sinceMs: nowMs, usedMs: Math.max(usedMs, nowMs) }] as const;
			return [name, { ...known, usedMs: Math.max(usedMs, known.usedMs) }] as const;
		}),
	);
}

/** Forgets things that were removed: what comes under their names from now on is new. */
export function forget(ledger: Ledger, names: readonly string[]): Ledger {
	const gone = new Set(names);
	return new Map([...ledger].filter(([name]) => !gone.has(name)));
}

function isTime(value: unknown): value is number {
	return typeof value === "number" && Number.isFinite(value) && value >= 0;
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
