import { groupKept } from "./clean-reasons.ts";
import type { CleanupKind, CleanupReport, RemovedThing } from "./cleanup-report.ts";
import { inColumns } from "./columns.ts";
import { onOneLine } from "./one-line.ts";
import { humanBytes } from "./units.ts";

const mostReasons = 12;
const longestReason = 160;

const many: Readonly<Record<CleanupKind, string>> = {
	tag: "tags",
	image: "images",
	container: "containers",
	berth: "berths",
	generation: "generations",
	clone: "clones",
	"build-cache": "build cache",
	volume: "volumes",
};

/** What the things of a kind are called. */
export function nameOf(kind: CleanupKind, count: number): string {
	return count === 1 && kind !== "build-cache" ? kind : many[kind];
}

/** One thing that was removed, or in a dry run would be, on one line. */
export function describeRemoved({ kind, name, bytes }: RemovedThing, dryRun: boolean): string {
	const size = bytes === 0 ? "" : `, ${humanBytes(bytes)}`;
	return `${dryRun ? "Would remove" : "Removed"} the ${nameOf(kind, 1)} ${onOneLine(name)}${size}`;
}

/** What a dry run would remove, a line each; what is really removed is told as it goes. */
export function planLines({ dryRun, removed }: CleanupReport): readonly string[] {
	return dryRun ? removed.map((thing) => describeRemoved(thing, true)) : [];
}

/** What was removed, by kind, in the order in which the kinds first come. */
export function countRemoved(removed: readonly RemovedThing[]): readonly {
	readonly kind: CleanupKind;
	readonly count: number;
	readonly bytes: number;
}[] {
	const counts = new Map<CleanupKind, { count: number; bytes: number }>();
	for (const { kind, bytes } of removed) {
		const before = counts.get(kind) ?? { count: 0, bytes: 0 };
		counts.set(kind, { count: before.count + 1, bytes: before.bytes + bytes });
	}
	return [...counts].map(([kind, each]) => ({ kind, ...each }));
}

/** What the disks say came free, on one line. */
export function describeFreed({ dryRun, freedBytes, diskFreeAfter }: CleanupReport): string {
	const free =
		diskFreeAfter === null ? "" : `; ${humanBytes(diskFreeAfter)} ${dryRun ? "are free" : "are free now"}`;
	return dryRun ? `Dry run: nothing was removed${free}` : `Freed ${humanBytes(freedBytes)}${free}`;
}

/** What a cleanup came to, for a log or a terminal: what was removed, what was kept and why, what that freed. */
export function cleanLines(report: CleanupReport): readonly string[] {
	const { dryRun, removed, kept, remarks } = report;
	const counts = countRemoved(removed);
	const groups = groupKept(kept);
	const shown = groups.slice(0, mostReasons);
	const rest = groups.slice(mostReasons).reduce((sum, { count }) => sum + count, 0);
	return [
		...(counts.length === 0 ? ["Nothing to remove"] : [dryRun ? "Would remove" : "Removed"]),
		...inColumns(
			counts.map(({ kind, count, bytes }) => [String(count), nameOf(kind, count), humanBytes(bytes)]),
			[0, 2],
		),
		...(shown.length === 0 ? [] : ["Kept"]),
		...inColumns(
			shown.map(({ kind, reason, count }) => [
				String(count),
				nameOf(kind, count),
				onOneLine(reason, longestReason),
			]),
			[0],
		),
		...(rest > 0 ? [`  … and ${rest} more for other reasons`] : []),
		describeFreed(report),
		...remarks.map((remark) => onOneLine(remark)),
	];
}
