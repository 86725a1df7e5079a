import { countRemoved, describeFreed, nameOf } from "./clean-lines.ts";
import { groupKept } from "./clean-reasons.ts";
import type { CleanupReport } from "./cleanup-report.ts";
import { folded, plain, table } from "./markdown.ts";
import { humanBytes } from "./units.ts";

// A runner drops a step's whole summary if it is over 1 MiB.
const mostRows = 50;
const longestCell = 200;
const longestProblem = 700;

/** The job summary of one cleanup, as GitHub markdown; pure. */
export function renderCleanSummary(report: CleanupReport): string {
	const { dryRun, removed, kept, errors, remarks } = report;
	const counts = countRemoved(removed).map(({ kind, count, bytes }) => [
		`${count} ${nameOf(kind, count)}`,
		humanBytes(bytes),
	]);
	const groups = groupKept(kept).map(({ kind, reason, count }) => [
		`${count} ${nameOf(kind, count)}`,
		cell(reason),
	]);
	return [
		heading(report),
		"",
		...(removed.length === 0 ? ["Nothing to remove.", ""] : []),
		...table([dryRun ? "Would remove" : "Removed", "Bytes"], counts),
		...table(["Kept", "Because"], groups.slice(0, mostRows)),
		...more(groups),
		`${describeFreed(report)}.`,
		"",
		...remarks.slice(0, mostRows).flatMap((remark) => [cell(remark, longestProblem), ""]),
		...errors.slice(0, mostRows).map((line) => `> [!WARNING]\n> ${cell(line, longestProblem)}\n`),
		...more(errors),
		...folded(
			dryRun ? "Each thing that would be removed" : "Each thing that was removed",
			removedTable(report),
		),
		...folded("Each thing that was kept", keptTable(report)),
	].join("\n");
}

function heading({ dryRun, freedBytes, errors }: CleanupReport): string {
	const mark = errors.length > 0 ? "❌" : "🧹";
	return `### ${mark} Berth cleanup: ${dryRun ? "dry run" : `${humanBytes(freedBytes)} freed`}`;
}

function removedTable({ removed }: CleanupReport): string[] {
	const rows = removed
		.toSorted((one, other) => other.bytes - one.bytes)
		.slice(0, mostRows)
		.map(({ kind, name, bytes }) => [nameOf(kind, 1), cell(name), humanBytes(bytes)]);
	return [...table(["", "Name", "Bytes"], rows), ...more(removed)];
}

function keptTable({ kept }: CleanupReport): string[] {
	const rows = kept
		.slice(0, mostRows)
		.map(({ kind, name, reason }) => [nameOf(kind, 1), cell(name), cell(reason)]);
	return [...table(["", "Name", "Because"], rows), ...more(kept)];
}

function more(all: readonly unknown[]): string[] {
	return all.length > mostRows ? [`… and ${all.length - mostRows} more`, ""] : [];
}

function cell(text: string, longest = longestCell): string {
	return plain(text.length > longest ? `${text.slice(0, longest)}…` : text);
}
