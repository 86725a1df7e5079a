import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCleanInputs } from "../../src/runner/clean-inputs.ts";
import type { Raw } from "./parsing.ts";

const parse = (raw: Raw) =>
	parseCleanInputs((name) => raw[name] ?? "", { HOME: "/home/me" }, { minAgeMs: 5 });

function accepted(raw: Raw) {
	const parsed = parse(raw);
	assert.ok(parsed.ok, parsed.ok ? "" : parsed.problems.join("\n"));
	return parsed.inputs;
}

test("a cleanup without inputs removes orphans, old berths and what is under container-structure-test's prefix", () => {
	assert.deepEqual(accepted({}), {
		...{ prefixes: ["cst.oci.local"], minAgeMs: 5, keepImages: [], cacheRoot: "/home/me/.cache/berth" },
		...{ cacheMaxAgeMs: 14 * 86_400_000, orphans: true, dryRun: false },
	});
});

test("every input is taken", () => {
	const inputs = accepted({
		...{ prefixes: "a\nb", "min-age": "2h", "keep-images": "a/x", "cache-root": "/c", "cache-max-age": "1d" },
		...{ "cache-max-size": "1GB", "build-cache-max-used": "20%", "build-cache-min-free": "5GB" },
		...{ "high-watermark": "90%", "low-watermark": "80%", orphans: "false", "dry-run": "true" },
	});
	assert.deepEqual(inputs, {
		...{ prefixes: ["a", "b"], minAgeMs: 7_200_000, keepImages: ["a/x"], cacheRoot: "/c" },
		...{ cacheMaxAgeMs: 86_400_000, orphans: false, dryRun: true },
		cacheMaxSize: { kind: "bytes", bytes: 1e9 },
		buildCacheMaxUsed: { kind: "percent", percent: 20 },
		buildCacheMinFree: { kind: "bytes", bytes: 5e9 },
		watermarks: { high: { kind: "percent", percent: 90 }, low: { kind: "percent", percent: 80 } },
	});
});

test("watermarks may be a share and an amount, which only the disk can compare", () => {
	assert.ok(accepted({ "high-watermark": "90%", "low-watermark": "1TB" }).watermarks);
});

describe("refused, with one line", () => {
	const cases: readonly (readonly [Raw, RegExp])[] = [
		[{ prefixes: "docker.io" }, /^prefixes: "docker.io" would make base images Berth's to remove; allowed: /],
		[{ "min-age": "soon" }, /^min-age: "soon"; allowed: /],
		[{ "high-watermark": "85%" }, /^high-watermark: needs low-watermark; allowed: both or neither$/],
		[{ "low-watermark": "85%" }, /^low-watermark: needs high-watermark; allowed: both or neither$/],
		[{ "high-watermark": "85", "low-watermark": "80%" }, /^high-watermark: "85"; allowed: /],
		[
			{ "high-watermark": "80%", "low-watermark": "80%" },
			/^low-watermark: "80%"; allowed: less than high-watermark, which is 80%$/,
		],
		[
			{ "high-watermark": "1GB", "low-watermark": "2GB" },
			/^low-watermark: "2GB"; allowed: less than high-watermark, which is 1GB$/,
		],
		[{ "build-cache-max-used": "0GB" }, /^build-cache-max-used: "0GB"; allowed: /],
		[{ orphans: "some" }, /^orphans: "some"; allowed: true, false$/],
		[{ "dry-run": "1" }, /^dry-run: "1"; allowed: true, false$/],
		[{ "cache-root": "~you" }, /^cache-root: "~you"; allowed: /],
	];
	for (const [raw, problem] of cases) {
		test(JSON.stringify(raw), () => {
			const parsed = parse(raw);
			assert.ok(!parsed.ok);
			assert.equal(parsed.problems.length, 1, parsed.problems.join("\n"));
			assert.match(parsed.problems[0] ?? "", problem);
		});
	}
});
