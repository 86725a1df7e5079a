import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cleanJson } from "../../src/report/clean-json.ts";
import { renderCleanSummary } from "../../src/report/clean-summary.ts";
import type { CleanupReport } from "../../src/report/cleanup-report.ts";
import { cleanupReport, kept } from "./cleanup-reports.ts";

describe("the job summary of a cleanup", () => {
	it("tells what came free, what was removed, what was kept and why", () => {
		const text = renderCleanSummary(cleanupReport());
		assert.match(text, /^### 🧹 Berth cleanup: 2\.3 GB freed\n/);
		assert.match(text, /\| Removed \| Bytes \|\n.*\n\| 2 tags \| 2\.1 GB \|\n\| 1 container \| 0 B \|/);
		assert.match(
			text,
			/\| 3 tags \| seen for … only, min-age is 1h \|\n\| 2 tags \| container … names it \|/,
		);
		assert.match(text, /\nFreed 2\.3 GB; 40\.0 GB are free now\.\n/);
		assert.match(text, /<summary>Each thing that was removed<\/summary>[\s\S]*\| berth \| app \| 765 MB \|/);
	});

	it("says of a dry run that it was one", () => {
		const text = renderCleanSummary(cleanupReport({ dryRun: true }));
		assert.match(text, /^### 🧹 Berth cleanup: dry run\n/);
		assert.match(text, /\| Would remove \| Bytes \|/);
	});

	it("shows what could not be done, and what a reader should know", () => {
		const over = {
			errors: ["the engine stopped to answer"],
			remarks: ["0 bytes freed: the build cache holds it"],
		};
		const text = renderCleanSummary(cleanupReport(over));
		assert.match(text, /^### ❌ /);
		assert.match(text, /> \[!WARNING\]\n> the engine stopped to answer/);
		assert.match(text, /\n0 bytes freed: the build cache holds it\n/);
	});

	it("says so where there was nothing to do", () => {
		assert.match(renderCleanSummary(cleanupReport({ removed: [], kept: [] })), /\nNothing to remove\.\n/);
	});

	it("lets no name or reason become markup", () => {
		const evil = "a|b\n# x <img> @someone [l](u)";
		const removed = [{ kind: "berth", name: evil, bytes: 1 }] as const;
		const over = { removed, kept: [kept(evil, evil)], errors: [evil], remarks: [evil] };
		assert.doesNotMatch(renderCleanSummary(cleanupReport(over)), /<img>|@someone|\[l\]|a\|b|^# x/m);
	});

	it("stays short", () => {
		assert.ok(renderCleanSummary(large()).length < 60_000);
	});
});

describe("the report output", () => {
	it("is the report as JSON", () => {
		assert.deepEqual(JSON.parse(cleanJson(cleanupReport())), cleanupReport());
	});

	it("is small enough for a runner, and says what it leaves out", () => {
		const text = cleanJson(large());
		assert.ok(text.length < 500_000);
		const { removed, kept: stay, remarks } = JSON.parse(text) as CleanupReport;
		assert.equal(remarks.length, 1);
		const left = Number(/^(\d+) removed or kept things are left out here/.exec(remarks[0] ?? "")?.[1]);
		assert.equal(removed.length + stay.length + left, 10_000);
		assert.ok(removed.length > 1000);
	});
});

function large(): CleanupReport {
	const name = `cst.oci.local/sha256-${"0".repeat(64)}:sha256-${"0".repeat(64)}`;
	return cleanupReport({
		removed: Array.from({ length: 5000 }, () => ({ kind: "tag", name, bytes: 1 })),
		kept: Array.from({ length: 5000 }, (_, at) => kept(`reason ${"x".repeat(at)}`, name)),
		errors: Array.from({ length: 500 }, (_, at) => `error ${at} ${"x".repeat(1000)}`).slice(0, 60),
	});
}
