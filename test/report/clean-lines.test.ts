import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cleanLines, describeRemoved, planLines } from "../../src/report/clean-lines.ts";
import { cleanupReport, kept } from "./cleanup-reports.ts";

describe("what a cleanup came to, in lines", () => {
	it("is what was removed by kind, what was kept and why, and what the disk says", () => {
		assert.deepEqual(cleanLines(cleanupReport()), [
			"Removed",
			"  2  tags       2.1 GB",
			"  1  container     0 B",
			"  1  berth      765 MB",
			"Kept",
			"  3  tags  seen for … only, min-age is 1h",
			"  2  tags  container … names it",
			"  1  tag   matches keep-images",
			"Freed 2.3 GB; 40.0 GB are free now",
		]);
	});

	it("says in a dry run what would go, and that nothing did", () => {
		const report = cleanupReport({ dryRun: true, freedBytes: 0 });
		const lines = cleanLines(report);
		assert.equal(lines[0], "Would remove");
		assert.equal(lines.at(-1), "Dry run: nothing was removed; 40.0 GB are free");
		assert.deepEqual(planLines(report).slice(0, 1), ["Would remove the tag cst.oci.local/a:1, 2.0 GB"]);
		assert.deepEqual(planLines(cleanupReport()), []);
	});

	it("names who is meant where it is always the same", () => {
		const lines = cleanLines(cleanupReport({ removed: [], kept: [kept('container "web" names it')] }));
		assert.deepEqual(lines.slice(0, 3), ["Nothing to remove", "Kept", '  1  tag  container "web" names it']);
	});

	it("ends with what a reader should know of the numbers, without a disk that can't be seen", () => {
		const remarks = ["0 bytes freed: the build cache holds these layers"];
		const report = cleanupReport({ freedBytes: 0, diskFreeBefore: null, diskFreeAfter: null, remarks });
		assert.deepEqual(cleanLines(report).slice(-2), ["Freed 0 B", ...remarks]);
	});

	it("stays short, and on its lines, whatever things are called", () => {
		const many = Array.from({ length: 2000 }, (_, at) => kept(`reason ${"x".repeat(at % 50)}\n`));
		const lines = cleanLines(cleanupReport({ kept: many }));
		assert.ok(lines.length < 25);
		assert.match(lines.join("\n"), /… and \d+ more for other reasons/);
		assert.ok(lines.every((line) => !line.includes("\n")));
	});
});

describe("a thing that goes", () => {
	it("is a line", () => {
		const thing = { kind: "tag", name: "a\nb", bytes: 1000 } as const;
		assert.equal(describeRemoved(thing, false), "Removed the tag a b, 1.0 kB");
		assert.equal(describeRemoved({ ...thing, bytes: 0 }, true), "Would remove the tag a b");
	});
});
