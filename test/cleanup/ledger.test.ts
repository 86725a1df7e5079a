import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ledgerText, noteSeen, parseLedger } from "../../src/cleanup/ledger.ts";

const hour = 3_600_000;

describe("the ledger of what was seen", () => {
	it("keeps when a thing was first seen, and forgets what is gone", () => {
		const first = noteSeen(
			new Map(),
			[
				{ name: "a", id: "1" },
				{ name: "b", id: "2" },
			],
			hour,
		);
		const later = noteSeen(parseLedger(ledgerText(first), 2 * hour), [{ name: "a", id: "1" }], 2 * hour);
		assert.deepEqual([...later], [["a", { id: "1", sinceMs: hour, usedMs: hour }]]);
	});

	it("begins anew for a name that means another image", () => {
		const first = noteSeen(new Map(), [{ name: "a", id: "1" }], hour);
		const moved = noteSeen(first, [{ name: "a", id: "2" }], 3 * hour);
		assert.equal(moved.get("a")?.sinceMs, 3 * hour);
	});

	it("notes use, and never an earlier one", () => {
		const first = noteSeen(new Map(), [{ name: "a", id: "1", usedMs: 5 }], hour);
		const used = noteSeen(first, [{ name: "a", id: "1", usedMs: 2 * hour }], 2 * hour);
		assert.deepEqual(used.get("a"), { id: "1", sinceMs: hour, usedMs: 2 * hour });
		assert.equal(noteSeen(used, [{ name: "a", id: "1" }], 3 * hour).get("a")?.usedMs, 2 * hour);
	});

	it("takes nothing from the future, a clock having been set back", () => {
		const first = noteSeen(new Map(), [{ name: "a", id: "1" }], 10 * hour);
		assert.equal(parseLedger(ledgerText(first), hour).get("a")?.sinceMs, hour);
	});

	for (const text of [
		undefined,
		"",
		"{",
		"null",
		"[]",
		'{"version":2,"seen":{"a":["1",1,1]}}',
		'{"version":1,"seen":{"a":["1","1",1]}}',
		'{"version":1,"seen":{"a":["1",-1,1]}}',
		'{"version":1,"seen":{"a":null}}',
		'{"version":1,"seen":[]}',
	])
		it(`has seen nothing if it says ${text}`, () => {
			assert.equal(parseLedger(text, hour).size, 0);
		});
});
