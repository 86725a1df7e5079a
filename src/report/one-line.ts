import { stripVTControlCharacters } from "node:util";

/** Any text as part of one line: without colours and control characters, and no longer than a person reads. */
export function onOneLine(text: string, longest = 500): string {
	// Cut first: a test's message may hold a whole file.
	const start = stripVTControlCharacters(text.slice(0, longest * 4))
		.toWellFormed()
		.replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ")
		.trim();
	const cut = start.length > longest || text.length > longest * 4;
	return cut ? `${start.slice(0, longest).toWellFormed()}…` : start;
}

/** The first of a test's errors on one line, and how many more there are. */
export function errorsOnOneLine(errors: readonly string[]): string {
	const told = errors.slice(0, 3).map((error) => onOneLine(error));
	if (told.length === 0) return "failed without a reason";
	return [...told, ...(errors.length > 3 ? [`${errors.length - 3} more`] : [])].join("; ");
}
