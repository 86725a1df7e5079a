import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newId } from "../cache/paths.ts";
import { underClaimLock } from "../cleanup/carry-out.ts";
import type { CleanupInputs } from "../cleanup/inputs.ts";
import { claim, putUp } from "../cleanup/marks.ts";
import { listingPatterns, underPrefixes } from "../cleanup/names.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { familiar, parseReference } from "../image/reference.ts";
import type { Tools } from "./tools.ts";

/** A job's arrival at an engine: plain data, so that the post step can take it up again. */
export type Arrival = {
	readonly engineId: string;
	/** The id of its mark, and whether the mark is up: an engine may not let it be. */
	readonly mark: string;
	readonly marked: boolean;
	/** When it came, by the engine's clock. */
	readonly sinceMs: number;
	/** A file with what was there then, and what the job has brought since: too much for the runner's state. */
	readonly notes: string;
};

/** What the file says; `before` is null where it couldn't be learned. Names are as docker shows them. */
export type ArrivalNotes = { readonly before: readonly string[] | null; readonly brought: readonly string[] };

/**
 * Looks which names under the prefixes the engine has before the job brings any, and puts up the job's mark there. What
 * fails only makes the post step remove less.
 */
export async function arrive(
	{ prefixes }: CleanupInputs,
	info: EngineInfo,
	{ upkeep, me, tempDir, now, log }: Tools,
): Promise<Arrival> {
	const mark = newId(now());
	// The mark first: whoever comes now finds it, whatever takes long after it.
	const up = await putUp(upkeep, { id: mark, ...me });
	const listed = await upkeep.images({ references: listingPatterns(prefixes) });
	const isOurs = underPrefixes(prefixes);
	const before =
		listed.kind === "listed" ? listed.items.flatMap(({ tags }) => tags.filter(isOurs)) : undefined;
	for (const refused of [up, listed])
		if (refused.kind === "refused") log.debug(`cleanup: ${refused.problem}; the post step removes less`);
	const notes = join(mkdtempSync(join(tempDir, "berth-job-")), "notes.json");
	writeNotes(notes, { before: before ?? null, brought: [] });
	const sinceMs = up.kind === "up" ? up.sinceMs : Math.floor(info.timeMs / 1000) * 1000;
	return { engineId: info.id, mark, marked: up.kind === "up", sinceMs, notes };
}

/** Reads an arrival's notes; nothing is known where they are gone or torn. */
export function readNotes({ notes }: Arrival): ArrivalNotes {
	try {
		const { before, brought } = JSON.parse(readFileSync(notes, "utf8")) as Partial<Record<string, unknown>>;
		return { before: Array.isArray(before) ? before.filter(isText) : null, brought: texts(brought) };
	} catch {
		return { before: null, brought: [] };
	}
}

/** Says to all who use the engine which names this job is about to give or to use there, and notes those that it brings. */
export class Claims {
	readonly #arrival: Arrival;
	readonly #isOurs: (reference: string) => boolean;
	readonly #tools: Pick<Tools, "upkeep" | "me" | "log">;
	#count = 0;

	constructor(arrival: Arrival, { prefixes }: CleanupInputs, tools: Pick<Tools, "upkeep" | "me" | "log">) {
		this.#arrival = arrival;
		this.#isOurs = underPrefixes(prefixes);
		this.#tools = tools;
	}

	/** Must be done before the names are looked up or given: a neighbour's cleanup may be about to remove them. */
	async make(references: readonly string[]): Promise<void> {
		const names = references.map((each) => familiarName(each)).filter((each) => each !== undefined);
		if (names.length === 0) return;
		const { before, brought } = readNotes(this.#arrival);
		// A name of no prefix of ours may have been there: it is only kept from others.
		const isNew = (name: string) => before?.includes(name) === false && this.#isOurs(name);
		const brings = names.filter(isNew);
		writeNotes(this.#arrival.notes, { before, brought: [...new Set([...brought, ...brings])] });
		if (!this.#arrival.marked) return;
		const { upkeep, me, log } = this.#tools;
		const uses = names.filter((name) => !isNew(name));
		this.#count += 1;
		const claimed = { brings, uses, count: this.#count };
		const { engineId, mark } = this.#arrival;
		const refused = await underClaimLock(engineId, () => claim(upkeep, { id: mark, ...me }, claimed));
		if (refused !== undefined) log.debug(`cleanup: names can't be claimed: ${refused.problem}`);
	}
}

function familiarName(text: string): string | undefined {
	const reference = parseReference(text);
	return reference === undefined ? undefined : familiar(reference);
}

function writeNotes(file: string, notes: ArrivalNotes): void {
	writeFileSync(file, JSON.stringify(notes));
}

function isText(value: unknown): value is string {
	return typeof value === "string";
}

function texts(value: unknown): string[] {
	return Array.isArray(value) ? value.filter(isText) : [];
}
