import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isPackId, type PackId, parseKey } from "../carry/keys.ts";
import { type Manifest, packsText, parsePacks } from "../carry/manifest.ts";

/** What main learned of a berth in the cache service, for the post step to save only what is new. */
export type CarryNotes = {
	/** The manifest that is there, and under which key. */
	readonly previous: { readonly key: string; readonly manifest: Manifest } | undefined;
	/** Packs of it that proved to be no good. */
	readonly bad: readonly PackId[];
	/** Whether its packs were all restored; else nobody has looked whether they are there. */
	readonly restored: boolean;
	/** Whether there was a warning already: one is enough for a service that fails. */
	readonly warned: boolean;
};

/** Nothing is known: all is saved anew. */
export const nothingCarried: CarryNotes = { previous: undefined, bad: [], restored: false, warned: false };

/** Writes notes into a file of the job's own; its path. The runner's state would be too small for them. */
export function writeCarryNotes({ previous, ...rest }: CarryNotes, tempDir: string): string {
	const file = join(mkdtempSync(join(tempDir, "berth-carried-")), "notes.json");
	const said = previous && { key: previous.key, packs: packsText(previous.manifest) };
	writeFileSync(file, JSON.stringify({ previous: said, ...rest }));
	return file;
}

/** Reads them back; nothing is known where they are gone or torn. */
export function readCarryNotes(file: string): CarryNotes {
	try {
		const said = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
		const { key, packs } = (said["previous"] ?? {}) as Record<string, unknown>;
		const bad = Array.isArray(said["bad"]) ? said["bad"].filter(isPackId) : [];
		const rest = { bad, restored: said["restored"] === true, warned: said["warned"] === true };
		const nothing = { previous: undefined, ...rest };
		if (typeof key !== "string" || typeof packs !== "string") return nothing;
		const parsed = parseKey(key);
		const contents = parsePacks(packs);
		if (parsed?.kind !== "manifest" || contents === undefined) return nothing;
		return { previous: { key, manifest: { generation: parsed.generation, ...contents } }, ...rest };
	} catch {
		return nothingCarried;
	}
}
