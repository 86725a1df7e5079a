import type { CacheTalk } from "./cache-process.ts";

/** What came of looking for an entry; a problem is a clause. */
export type Restored =
	| { readonly kind: "restored"; readonly key: string }
	| { readonly kind: "miss" }
	| { readonly kind: "failed"; readonly problem: string };

/** What came of saving an entry; `denied` is a policy that no retry helps against. */
export type Saved =
	| { readonly kind: "saved" }
	| { readonly kind: "exists" }
	| { readonly kind: "denied"; readonly problem: string }
	| { readonly kind: "failed"; readonly problem: string };

const longest = 300;

/**
 * What a search for `keys` came to. The SDK (6.3) gives a miss and a failure the same value, and tells them apart by a
 * warning or an error that it prints. It takes the first key for a prefix, too; here it is none.
 */
export function restoredFrom(keys: readonly string[], talk: CacheTalk): Restored {
	const problem = problemOf(talk);
	if (problem !== undefined) return { kind: "failed", problem };
	const key = talk.answer?.kind === "returned" ? talk.answer.value : undefined;
	return typeof key === "string" && isWanted(key, keys) ? { kind: "restored", key } : { kind: "miss" };
}

/**
 * What an attempt to save came to. The SDK has but one word for a key that is taken and for a reservation that failed
 * otherwise; the status is in its debug line (v2), or the service's own words in its notice (v1). After a failed upload
 * v1 still returns an id, v2 does not.
 */
export function savedFrom(talk: CacheTalk): Saved {
	const lines = (those: CacheTalk["notes"]) => those.map(({ text }) => text).join("\n");
	const all = lines(talk.notes);
	// The stable beginning of the service's word for a token that may not write (CACHE_WRITE_DENIED_PREFIX).
	const [denial] =
		/cache write denied:[^\n]*/.exec(lines(talk.notes.filter(({ level }) => level !== "debug"))) ?? [];
	if (denial !== undefined) return { kind: "denied", problem: clause(denial) };
	const [, refusal] = /^Failed to reserve cache: (?:Error: )?(.*)$/m.exec(all) ?? [];
	const [, details] = /^Failed to save: Unable to reserve cache .*? More details: (.*)$/m.exec(all) ?? [];
	const reservation = refusal ?? details;
	if (reservation !== undefined && !talk.late) return refusedFor(reservation);
	const problem = problemOf(talk);
	if (problem !== undefined) return { kind: "failed", problem };
	const saved = talk.answer?.kind === "returned" && talk.answer.value !== -1;
	return saved ? { kind: "saved" } : { kind: "failed", problem: "it saved nothing, and did not say why" };
}

function refusedFor(reason: string): Saved {
	const [, status] = /\((\d{3})\)/.exec(reason) ?? [];
	if (status === "409" || /already exists/i.test(reason)) return { kind: "exists" };
	const kind = status === "401" || status === "403" ? "denied" : "failed";
	return { kind, problem: clause(reason) };
}

function problemOf({ answer, notes, complaint, late }: CacheTalk): string | undefined {
	if (late) return "it was not done in time";
	if (answer === undefined) return `its process ended before it was done${because(complaint)}`;
	if (answer.kind === "threw") return clause(answer.message);
	const told = notes.findLast(({ level }) => level === "warning" || level === "error");
	if (told === undefined) return undefined;
	// Azure's client has no words for an archive that is not there.
	const said = clause(told.text) || "no reason was given, as when an entry was evicted meanwhile";
	return `${said}${because(tarComplaint(notes))}`;
}

// The SDK reports no more of tar than its exit code, after all that tar and its compressor had to say.
function tarComplaint(notes: CacheTalk["notes"]): string | undefined {
	const start = notes.findLastIndex(({ text }) => text.startsWith("[command]"));
	return notes.slice(start).find(({ level, text }) => /^(?!\[command\]).*: /.test(text) && level === "info")
		?.text;
}

function because(complaint: string | undefined): string {
	return complaint === undefined ? "" : ` (${clause(complaint)})`;
}

// Keys are case-insensitive, and some servers give them back in small letters.
function isWanted(key: string, [first = "", ...others]: readonly string[]): boolean {
	const small = key.toLowerCase();
	return small === first.toLowerCase() || others.some((prefix) => small.startsWith(prefix.toLowerCase()));
}

// One line; no more of a URL than what it is, as its query may be signed.
function clause(text: string): string {
	const said = text.replace(/^Failed to (?:restore|save): /, "").replace(/(https?:\/\/[^\s?]*)\?\S*/g, "$1");
	const [line = ""] = said.trim().split(/\s*[\r\n]+\s*/);
	return line.length > longest ? `${line.slice(0, longest)}…` : line.replace(/\.$/, "");
}
