import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CacheOutcome, RunReport } from "../../src/report/report.ts";
import { describeCache, renderSummary } from "../../src/report/summary.ts";

const report = (outcome: CacheOutcome, over: Partial<RunReport["cache"]> = {}): RunReport => ({
	cache: { name: "image", outcome, hit: true, bytesFound: 765_000_000, problems: [], ...over },
	build: { succeeded: true, seconds: 3.21, imageId: "sha256:abc", digest: null, ranAgain: false },
	images: [],
	imageProblems: [],
});
const swappedIn = {
	kind: "swapped-in",
	generation: "g2",
	bytesReused: 764_964_000,
	bytesWritten: 36_000,
	bytesShared: 0,
	bytesFreed: 1000,
} as const;

describe("the job summary", () => {
	it("tells a hit, what was reused and written, how long the build took, and the image", () => {
		const text = renderSummary(report(swappedIn));
		assert.match(text, /hit, 765 MB found; generation g2 swapped in, 765 MB reused, 36\.0 kB written/);
		assert.match(text, /done in 3\.2 s/);
		assert.match(text, /sha256:abc/);
	});

	it("tells a miss", () => {
		assert.match(renderSummary(report(swappedIn, { hit: false })), /\| Cache \| miss; generation g2/);
	});

	it("shows each problem", () => {
		assert.match(
			renderSummary(report({ kind: "off" }, { problems: ["the disk is full"] })),
			/WARNING.*\n> the disk is full/,
		);
	});

	it("lets no name or message become markup, a table cell or a mention", () => {
		const name = "a|b\n# x <img> @someone [l](u)";
		const text = renderSummary(report({ kind: "not-kept", reason: "`|`" }, { name, problems: [name] }));
		assert.doesNotMatch(text, /<img>|@someone|\[l\]|`\|`|a\|b/);
	});

	it("says of every outcome what became of the cache", () => {
		const outcomes: CacheOutcome[] = [
			{ kind: "wired" },
			{ kind: "not-kept", reason: "the build failed" },
			{ kind: "unchanged", generation: "g1", bytesReused: 1 },
		];
		const said = outcomes.map((outcome) => describeCache(report(outcome).cache));
		assert.deepEqual(said, [
			"hit, 765 MB found; what the job's own build exports is swapped in when the job ends",
			"hit, 765 MB found; nothing swapped in: the build failed",
			"hit, 765 MB found; unchanged, generation g1 stays",
		]);
	});
});
