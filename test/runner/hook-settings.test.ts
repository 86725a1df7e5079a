import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseHookSettings } from "../../src/runner/hook-settings.ts";

const home = { HOME: "/home/me" };

describe("the hook's settings", () => {
	test("are the cleanup's inputs, as variables of the runner's own", () => {
		const settings = parseHookSettings({
			...home,
			...{ BERTH_CLEANUP_PREFIXES: "a,b", BERTH_CLEANUP_DRY_RUN: "true", BERTH_CACHE_ROOT: "/c" },
			...{
				BERTH_CLEANUP_HIGH_WATERMARK: "90%",
				BERTH_CLEANUP_LOW_WATERMARK: "80%",
				BERTH_HOOK_TIMEOUT: "30s",
			},
		});
		assert.ok(settings.ok);
		const { prefixes, dryRun, cacheRoot, minAgeMs, watermarks } = settings.inputs;
		assert.deepEqual(
			{ prefixes, dryRun, cacheRoot, minAgeMs },
			{
				...{ prefixes: ["a", "b"], dryRun: true, cacheRoot: "/c", minAgeMs: 3_600_000 },
			},
		);
		assert.ok(watermarks);
		assert.equal(settings.timeoutMs, 30_000);
	});

	test("may be left out", () => {
		const settings = parseHookSettings(home);
		assert.ok(settings.ok);
		assert.equal(settings.timeoutMs, 120_000);
	});

	for (const [name, value, line] of [
		["BERTH_CLEANUP_MIN_AGE", "soon", /^BERTH_CLEANUP_MIN_AGE: "soon"; allowed: a whole number/],
		["BERTH_CLEANUP_DRYRUN", "true", /^BERTH_CLEANUP_DRYRUN is no setting; allowed: .*BERTH_CLEANUP_DRY_RUN/],
		[
			"BERTH_CLEANUP_LOW_WATERMARK",
			"80%",
			/^BERTH_CLEANUP_LOW_WATERMARK: needs BERTH_CLEANUP_HIGH_WATERMARK; /,
		],
		["BERTH_HOOK_TIMEOUT", "0s", /^BERTH_HOOK_TIMEOUT: "0s"; allowed: .*from 1s to 24d$/],
	] as const) {
		test(`are refused by name: ${name}=${value}`, () => {
			const settings = parseHookSettings({ ...home, [name]: value });
			assert.ok(!settings.ok);
			assert.equal(settings.problems.length, 1, settings.problems.join("\n"));
			assert.match(settings.problems[0] ?? "", line);
		});
	}
});
