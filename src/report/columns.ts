/** Lays rows out in columns, numbers to the right: `right` names the columns that hold them. Lines end without blanks. */
export function inColumns(
	rows: readonly (readonly string[])[],
	right: readonly number[] = [],
	indent = "  ",
): string[] {
	const count = Math.max(0, ...rows.map((row) => row.length));
	const widths = Array.from({ length: count }, (_, at) =>
		Math.max(...rows.map((row) => row[at]?.length ?? 0)),
	);
	return rows.map((row) => {
		const cells = widths.map((width, at) => {
			const cell = row[at] ?? "";
			return right.includes(at) ? cell.padStart(width) : cell.padEnd(width);
		});
		return `${indent}${cells.join("  ")}`.trimEnd();
	});
}
