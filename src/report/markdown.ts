/** Text that is a user's or an engine's, for a line or a table cell: nothing of it becomes markup. */
export function plain(text: string): string {
	return text.replace(/[\r\n]+/g, " ").replace(/[&<>|`*_~@#[\]\\]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A table, cells ready as markdown; nothing for no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
	if (rows.length === 0) return [];
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line), ""];
}

/** A part that a reader opens if they want it; nothing for no lines. */
export function folded(title: string, lines: readonly string[]): string[] {
	return lines.length === 0
		? []
		: [`<details><summary>${plain(title)}</summary>`, "", ...lines, "</details>", ""];
}
