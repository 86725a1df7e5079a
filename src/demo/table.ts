/** Lays rows out in columns of equal width, the first one the heading; for a terminal. */
export function renderTable(rows: readonly (readonly string[])[]): string {
	const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	const lines = rows.map((row) =>
		row
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
			)
			.join("   "),
	);
	const rule = widths.map((width) => "-".repeat(width)).join("   ");
	return [lines[0], rule, ...lines.slice(1)].join("\n");
}
