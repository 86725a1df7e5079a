import type { DiskUse } from "./cleanup-report.ts";
import { inColumns } from "./columns.ts";
import { onOneLine } from "./one-line.ts";
import { humanBytes } from "./units.ts";

const mostRows = 20;

type Row = { readonly name: string; readonly bytes: number; readonly note?: string };

/** What `berth du` shows, in lines: each kind of thing with its sum, then its largest. */
export function diskUseLines({ disk, tags, pins, orphans, berths, buildCache }: DiskUse): readonly string[] {
	const since = (when: string) => `last used ${when.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, "$1 $2")}`;
	return [
		disk === null
			? "The engine's disk can't be seen from here"
			: `${humanBytes(disk.free)} of ${humanBytes(disk.bytes)} are free on the disk of ${onOneLine(disk.path)}`,
		...section("Image names under the prefixes", tags),
		...section(
			"Base images that are pinned",
			pins.map((pin) => ({ ...pin, note: since(pin.lastUsed) })),
		),
		...section(
			"Left by killed tests and jobs",
			orphans.map((orphan) => ({ ...orphan, note: orphan.kind })),
		),
		...section(
			"Berths (blobs that they share count in each)",
			berths.map((berth) => ({ ...berth, note: berth.inUse ? "in use" : since(berth.lastUsed) })),
		),
		buildCache === null
			? "BuildKit's cache: unknown"
			: `BuildKit's cache: ${buildCache.records}, ${humanBytes(buildCache.bytes)}`,
	];
}

function section(title: string, rows: readonly Row[]): string[] {
	if (rows.length === 0) return [`${title}: none`];
	const sum = rows.reduce((total, { bytes }) => total + bytes, 0);
	const shown = rows.toSorted((one, other) => other.bytes - one.bytes).slice(0, mostRows);
	return [
		`${title}: ${rows.length}, ${humanBytes(sum)}`,
		...inColumns(
			shown.map(({ name, bytes, note = "" }) => [humanBytes(bytes), onOneLine(name), note]),
			[0],
		),
		...(rows.length > mostRows ? [`  … and ${rows.length - mostRows} more`] : []),
	];
}
