import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { describeCache } from "../../src/report/cache-lines.ts";
import type { CacheOutcome, ImageReport, RunReport, TestReport } from "../../src/report/report.ts";
import { renderSummary } from "../../src/report/summary.ts";
import { summaryJson } from "../../src/report/summary-json.ts";

const report = (outcome: CacheOutcome, over: Partial<RunReport["cache"]> = {}): RunReport => ({
	cache: { name: "image", outcome, hit: true, bytesFound: 765_000_000, problems: [], ...over },
	build: {
		...{
			succeeded: true,
			seconds: 3.21,
			tags: ["app:1"],
			imageId: "sha256:abc",
			digest: null,
			ranAgain: false,
		},
		...{ steps: [], miss: null },
	},
	images: [],
	tests: [],
	succeeded: true,
	problems: [],
});
const image = (reference: string, over: Partial<ImageReport> = {}): ImageReport => ({
	...{ reference, id: "sha256:id", digest: "sha256:d", layers: 8, layersSent: 1, bytes: 1_000_000_000 },
	...{ bytesSent: 2000, seconds: 0.1, ...over },
});
const tested = (config: string, ...verdicts: boolean[]): TestReport => ({
	...{ image: "web:1", config, seconds: 1.5, problem: null },
	tests: verdicts.map((passed, at) => ({
		...{ name: `Command Test: t${at}`, passed, seconds: 0.1, stdout: "said", stderr: "" },
		...{ errors: passed ? [] : ["expected 1", "got 2"], line: 7 },
	})),
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
		assert.match(text, /\| \*\*Image\*\* \| app:1, sha256:abc \|/);
	});

	it("tells a miss", () => {
		assert.match(renderSummary(report(swappedIn, { hit: false })), /\| \*\*Cache\*\* \| miss; generation g2/);
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

	it("says at once whether all went well, and shows each problem if not", () => {
		assert.match(renderSummary(report(swappedIn)), /^### ✅ Berth: image\n/);
		const failed = { ...report(swappedIn), succeeded: false, problems: ['images: "x" has no index.json'] };
		assert.match(
			renderSummary(failed),
			/^### ❌ Berth: image\n[\s\S]*> \[!WARNING\]\n> images: "x" has no index/,
		);
	});

	it("tells how many steps the cache had, which one it did not have first, and why", () => {
		const all = report(swappedIn);
		const step = { startedAt: 0, seconds: 2 };
		const steps = [
			{ ...step, name: "[1/2] FROM base", state: "cached" as const },
			{ ...step, name: "[2/2] COPY src .", state: "ran" as const },
		];
		const miss = {
			step: "[2/2] COPY src .",
			cause: "input-files" as const,
			detail: "its input files changed (a.c)",
		};
		const text = renderSummary({ ...all, build: all.build && { ...all.build, steps, miss } });
		assert.match(text, /\| done in 3\.2 s, 1 of 2 steps from the cache \|/);
		assert.match(
			text,
			/\| \*\*First miss\*\* \| &#91;2\/2&#93; COPY src \.: its input files changed \(a\.c\) \|/,
		);
		assert.match(text, /<details><summary>Steps<\/summary>\n\n\| Step \|/);
	});

	it("tells what was sent of one image, and of many together first", () => {
		const one = renderSummary({ ...report(swappedIn), images: [image("web:1")] });
		assert.match(one, /\| \*\*Loaded\*\* \| web:1: 1 of 8 layers sent, 2\.0 kB of 1\.0 GB, 0\.1 s \|/);
		assert.doesNotMatch(one, /<details>/);
		const two = renderSummary({
			...report(swappedIn),
			images: [image("web:1"), image("", { layersSent: 0 })],
		});
		assert.match(two, /\| 2 images: 1 of 16 layers sent, 4\.0 kB of 2\.0 GB \|/);
		assert.match(two, /<details><summary>Images \(2\)<\/summary>[\s\S]*\| sha256:id \| 0 of 8 layers sent/);
	});

	it("tells how many tests failed, and each that did, with its place", () => {
		const tests = [tested("t/a.yaml", true, false), tested("t/b.yaml", true)];
		const text = renderSummary({ ...report(swappedIn), succeeded: false, tests });
		assert.match(text, /\| \*\*Tests\*\* \| 1 of 3 failed \|/);
		assert.match(text, /\| ❌ Command Test: t1 \| web:1 \| t\/a\.yaml:7 \| expected 1; got 2 \|/);
		assert.match(text, /Each test<[\s\S]*\| ✅ Command Test: t0 \| web:1 \| t\/b\.yaml \| 0\.1 s \|/);
		const good = renderSummary({ ...report(swappedIn), tests: [tested("t/b.yaml", true)] });
		assert.match(good, /\| \*\*Tests\*\* \| 1 passed \|/);
	});

	it("tells a warning to its end, as what to do stands there", () => {
		const problem = `${"why ".repeat(80)}do this`;
		assert.match(renderSummary(report({ kind: "off" }, { problems: [problem] })), /why do this\n/);
	});

	it("tells of a config that could not be run", () => {
		const problem = { reason: "tests nothing", line: null };
		const text = renderSummary({ ...report(swappedIn), tests: [{ ...tested("t/a.yaml"), problem }] });
		assert.match(text, /\| ❌ the whole config \| web:1 \| t\/a\.yaml \| tests nothing \|/);
	});

	it("stays far below the megabyte that a runner takes, whatever there was", () => {
		const long = "`".repeat(100_000);
		const many = Array.from({ length: 500 }, () => tested(long, false, false));
		const images = Array.from({ length: 500 }, () => image(long));
		const all = {
			...report(swappedIn),
			images,
			tests: many,
			problems: Array.from({ length: 500 }, () => long),
		};
		assert.ok(renderSummary(all).length < 900_000);
	});

	it("as JSON has no output of a test in it", () => {
		const json = summaryJson({ ...report(swappedIn), tests: [tested("t/a.yaml", false)] });
		assert.doesNotMatch(json, /said/);
		const { tests } = JSON.parse(json) as RunReport;
		assert.deepEqual(tests[0]?.tests[0]?.errors, ["expected 1", "got 2"]);
	});
});
