import { randomBytes } from "node:crypto";
import type { Listing } from "./context-files.ts";
import type { StepFacts } from "./step-facts.ts";

/** A step as it is kept, with what it took from the contexts, where that was looked at. */
export type Noted = StepFacts & { readonly listing: Listing | undefined };

/** What is kept of a build until the next one. */
export type StepRecord = {
	/** What the traces in it were made with. */
	readonly salt: string;
	/** Traces of the values that ARG and ENV gave to names. */
	readonly values: Readonly<Record<string, string>>;
	readonly steps: readonly Noted[];
};

const VERSION = 1;
const mostSteps = 5000;
const mostEntries = 20_000;
const longest = 4096;

/** The most bytes of a record that is written or read. */
export const mostRecordBytes = 4 * 1024 * 1024;

/** What the traces of a first record are made with. */
export function newSalt(): string {
	return randomBytes(16).toString("hex");
}

/** The text to keep of a record; undefined if it would be too long to be read again. */
export function formatRecord({ salt, values, steps }: StepRecord): string | undefined {
	const kept = steps.map(({ stage, text, aspects, images, after, listing }) => ({
		...{ stage, text, aspects, images, after },
		...(listing === undefined ? {} : { listing }),
	}));
	const text = `${JSON.stringify({ version: VERSION, salt, values, steps: kept })}\n`;
	return Buffer.byteLength(text) > mostRecordBytes ? undefined : text;
}

/** Reads a record's text; undefined if it is none, or of another version. Whoever may write there may lie in it. */
export function parseRecord(text: string | undefined): StepRecord | undefined {
	const { version, salt, values, steps } = record(parse(text ?? "")) ?? {};
	if (version !== VERSION || typeof salt !== "string" || !/^[0-9a-f]{32}$/.test(salt)) return undefined;
	if (!Array.isArray(steps) || steps.length > mostSteps) return undefined;
	const known = steps.map((step) => asNoted(step, steps.length));
	const kept = asTexts(values);
	if (kept === undefined || !known.every((each) => each !== undefined)) return undefined;
	return { salt, values: kept, steps: known };
}

function asNoted(value: unknown, count: number): Noted | undefined {
	const { stage, text, aspects, images, after, listing } = record(value) ?? {};
	const traces = asTexts(aspects);
	if (!isText(stage) || !isText(text) || traces === undefined) return undefined;
	if (!Array.isArray(images) || !images.every(isImage)) return undefined;
	if (!Array.isArray(after) || !after.every((at) => Number.isSafeInteger(at) && at >= 0 && at < count))
		return undefined;
	const files = listing === undefined ? undefined : asListing(listing);
	if (listing !== undefined && files === undefined) return undefined;
	return { stage, text, aspects: traces, images, after, listing: files };
}

function asListing(value: unknown): Listing | undefined {
	const { complete, files } = record(value) ?? {};
	const likes = asTexts(files);
	return typeof complete === "boolean" && likes !== undefined ? { complete, files: likes } : undefined;
}

function asTexts(value: unknown): Record<string, string> | undefined {
	const entries = Object.entries(record(value) ?? { "": undefined });
	if (entries.length > mostEntries || !entries.every(([name, each]) => isText(name) && isText(each)))
		return undefined;
	return Object.fromEntries(entries.map(([name, each]) => [name, String(each)]));
}

function isText(value: unknown): value is string {
	return typeof value === "string" && value.length <= longest;
}

function isImage(value: unknown): boolean {
	return isText(value) && /^[^@\s]+(?:@sha256:[0-9a-f]{64})?$/.test(value);
}

function record(value: unknown): Record<string, unknown> | undefined {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
