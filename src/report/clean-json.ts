import type { CleanupReport } from "./cleanup-report.ts";

// A runner takes outputs of 1 MiB a job, counted in UTF-16.
const mostCharacters = 400_000;

/**
 * A cleanup's report as JSON that a runner takes: of very many things those kept are left out first, then those removed,
 * and a remark says how many.
 */
export function cleanJson(report: CleanupReport, most = mostCharacters): string {
	const whole = JSON.stringify(report);
	if (whole.length <= most) return whole;
	const bare = JSON.stringify({ ...report, removed: [], kept: [] }).length;
	const removed = firstWithin(report.removed, most - bare);
	const kept = firstWithin(report.kept, most - bare - sizeOf(removed));
	const left = report.removed.length + report.kept.length - removed.length - kept.length;
	const remark = `${left} removed or kept things are left out here, as there are too many for an output`;
	return JSON.stringify({ ...report, removed, kept, remarks: [...report.remarks, remark] });
}

function firstWithin<Thing>(things: readonly Thing[], room: number): readonly Thing[] {
	let used = 0;
	const over = things.findIndex((thing) => {
		used += JSON.stringify(thing).length + 1;
		return used > room;
	});
	return over === -1 ? things : things.slice(0, over);
}

function sizeOf(things: readonly unknown[]): number {
	return JSON.stringify(things).length;
}
