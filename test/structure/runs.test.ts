import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newRun, ownerOfRun } from "../../src/structure/sweep.ts";

describe("the name of a structure test's run", () => {
	it("tells who began it, and when it is surely over", () => {
		const now = Date.now();
		const { untilMs = 0, owner } = ownerOfRun(newRun(600_000, "4f1c-job")) ?? {};
		assert.equal(owner, "4f1c-job");
		assert.ok(untilMs >= now + 720_000 && untilMs <= Date.now() + 721_000);
		assert.equal(ownerOfRun(newRun(600_000))?.owner, "none");
		assert.notEqual(newRun(600_000), newRun(600_000));
	});

	for (const other of [
		"",
		"9f86d081884c7d659a2feaa0",
		"1763725625.none",
		"1763725625.none.9f86d081884c7",
		"1763725625..9f86d081884c",
		"x.none.9f86d081884c",
		"1763725625.a.b.9f86d081884c",
		"99999999999999999.none.9f86d081884c",
		"1763725625.none.9F86D081884C",
	])
		it(`is not ${JSON.stringify(other)}`, () => assert.equal(ownerOfRun(other), undefined));
});
