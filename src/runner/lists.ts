/** One item a line; blank lines and the white space around an item don't count. */
export function lines(raw: string): readonly string[] {
	return raw
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
}

/** As `lines`, and split at commas too, the way docker/build-push-action's users write short lists. */
export function words(raw: string): readonly string[] {
	return lines(raw.replaceAll(",", "\n"));
}

/** Items that may be quoted; `unclosed` is the number of the line whose quotes don't make an item. */
export type QuotedItems = Readonly<{ items: readonly string[]; unclosed?: number }>;

/**
 * One item a line, nothing trimmed inside; an item wholly in double quotes may span lines, `""` being a
 * quote in it. Reading stops at a line that opens with a quote that isn't closed at the end of a line.
 */
export function quotedItems(raw: string): QuotedItems {
	const items: string[] = [];
	const quoted = /[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*\r?(?:\n|$)/y;
	const plain = /([^\n]*)(?:\n|$)/y;
	let position = 0;
	while (position < raw.length) {
		const pattern = /^[ \t]*"/.test(raw.slice(position)) ? quoted : plain;
		pattern.lastIndex = position;
		const text = pattern.exec(raw)?.[1];
		if (text === undefined) return { items, unclosed: raw.slice(0, position).split("\n").length };
		const item = pattern === quoted ? text.replaceAll('""', '"') : text.replace(/\r$/, "");
		if (item.trim() !== "") items.push(item);
		position = pattern.lastIndex;
	}
	return { items };
}

/** The attributes of a flag value in buildx's CSV, keys in lower case; undefined if its quoting is broken. */
export function attributes(entry: string): ReadonlyMap<string, string> | undefined {
	const field = /(?:"([^"]*(?:""[^"]*)*)"|([^",]*))(,|$)/y;
	const found = new Map<string, string>();
	for (;;) {
		const match = field.exec(entry);
		if (match === null) return undefined;
		const text = match[1]?.replaceAll('""', '"') ?? match[2] ?? "";
		const equals = text.indexOf("=");
		if (equals > 0) found.set(text.slice(0, equals).trim().toLowerCase(), text.slice(equals + 1));
		if (match[3] === "") return found;
	}
}
