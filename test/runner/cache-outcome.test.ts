import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { restoredFrom, savedFrom } from "../../src/runner/cache-outcome.ts";
import { noteOf } from "../../src/runner/cache-process.ts";

/** What the SDK returned, and the lines that it printed. */
const talk = (value: string | number | undefined, ...lines: readonly string[]) => ({
	answer: { kind: "returned" as const, value },
	notes: lines.map(noteOf),
	complaint: undefined,
	late: false,
});

describe("what the SDK says of a save", () => {
	it("to the first version of the service is a failure after an upload that broke off, whatever it returns", () => {
		const said = "::warning::Failed to save: Cache service responded with 404 during upload chunk.";
		const problem = "Cache service responded with 404 during upload chunk";
		assert.deepEqual(savedFrom(talk(17, said)), { kind: "failed", problem });
		assert.deepEqual(savedFrom(talk(17)), { kind: "saved" });
	});

	it("to the first version of the service tells a key that is taken by the service's words", () => {
		const told = (details: string) =>
			talk(
				-1,
				`Failed to save: Unable to reserve cache with key k, another job may be creating this cache. More details: ${details}`,
			);
		assert.deepEqual(savedFrom(told("Cache already exists. Scope: refs/heads/main, Key: k, Version: 1")), {
			kind: "exists",
		});
		assert.deepEqual(savedFrom(told("Unauthorized")), { kind: "failed", problem: "Unauthorized" });
	});

	it("is a denial wherever the service says so", () => {
		const problem = "cache write denied: untrusted event";
		const full = `Unable to reserve cache with key k. More details: ${problem}`;
		assert.deepEqual(savedFrom(talk(-1, `::warning::Failed to save: ${full}`)), { kind: "denied", problem });
		const wrapped =
			"Failed to CreateCacheEntry: Received non-retryable error: Failed request: (403) Forbidden";
		const debug = `::debug::Failed to reserve cache: Error: ${wrapped}`;
		assert.deepEqual(savedFrom(talk(-1, debug)), { kind: "denied", problem: wrapped });
	});
});

describe("what the SDK says of a search", () => {
	it("is a miss when it found nothing and had nothing to warn of", () => {
		assert.deepEqual(restoredFrom(["a"], talk(undefined, "::debug::Cache not found")), { kind: "miss" });
	});

	it("is one line, without what a URL is signed with", () => {
		const said =
			"::error::Failed to restore: can't read https://store.example/entry?sig=secret&se=1 twice%0Aat Socket";
		const problem = "can't read https://store.example/entry twice";
		assert.deepEqual(restoredFrom(["a"], talk(undefined, said)), { kind: "failed", problem });
	});

	it("takes keys in small letters for the same, and no other entry than was asked for", () => {
		assert.deepEqual(restoredFrom(["A-1"], talk("a-1")), { kind: "restored", key: "a-1" });
		assert.deepEqual(restoredFrom(["a-9", "A-"], talk("a-1")), { kind: "restored", key: "a-1" });
		assert.deepEqual(restoredFrom(["a-"], talk("a-1")), { kind: "miss" });
	});
});
