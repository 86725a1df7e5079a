import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesHeld, bytesOverBounds } from "../../src/cleanup/build-cache.ts";
import { planWatermarks } from "../../src/cleanup/watermarks.ts";

const percent = (value: number) => ({ kind: "percent" as const, percent: value });
const watermarks = { high: percent(85), low: percent(70) };
const things = [
	{ name: "new", bytes: 10, lastUsedMs: 3 },
	{ name: "old", bytes: 10, lastUsedMs: 1 },
	{ name: "middle", bytes: 10, lastUsedMs: 2 },
];
const plan = (usedBytes: number, goingBytes = 0) => {
	const planned = planWatermarks(things, { totalBytes: 100, usedBytes }, { watermarks, goingBytes });
	return { ...planned, going: planned.going.map(({ name }) => name) };
};

describe("watermarks", () => {
	it("let all stay while the disk is not above the high one", () => {
		const { going, reason } = plan(85);
		assert.deepEqual(going, []);
		assert.equal(reason, "the engine's disk is 85 % full, not above the high watermark (85%)");
	});

	it("take the least recently used, no more than brings the disk to the low one", () => {
		const { going, missingBytes, reason } = plan(86);
		assert.deepEqual([going, missingBytes], [["old", "middle"], 0]);
		assert.equal(reason, "the disk is down to the low watermark (70%) without it");
	});

	it("count what goes in any case", () => {
		assert.deepEqual(plan(86, 10).going, ["old"]);
		assert.deepEqual(plan(86, 16).going, []);
	});

	it("say what is missing when all is gone", () => {
		const { going, missingBytes } = plan(105);
		assert.deepEqual([going, missingBytes], [["old", "middle", "new"], 5]);
	});

	it("can be amounts", () => {
		const amounts = {
			high: { kind: "bytes" as const, bytes: 50 },
			low: { kind: "bytes" as const, bytes: 45 },
		};
		const disk = { totalBytes: 100, usedBytes: 51 };
		assert.equal(planWatermarks(things, disk, { watermarks: amounts, goingBytes: 0 }).going.length, 1);
	});
});

describe("the build cache's bounds", () => {
	const record = (id: string, bytes: number, shared = false, inUse = false) => ({ id, bytes, shared, inUse });
	const records = [record("a", 50), record("b", 30, true), record("c", 20, false, true)];

	it("ask for nothing while they are kept", () => {
		assert.equal(bytesOverBounds({ records, maxUsedBytes: 100, missingBytes: 0 }), 0);
		assert.equal(bytesOverBounds({ records, maxUsedBytes: undefined, missingBytes: -5 }), 0);
	});

	it("ask for what is over the larger of them", () => {
		assert.equal(bytesOverBounds({ records, maxUsedBytes: 60, missingBytes: 0 }), 10);
		assert.equal(bytesOverBounds({ records, maxUsedBytes: 60, missingBytes: 15 }), 15);
	});

	it("ask for no more than is not in use", () => {
		assert.equal(bytesOverBounds({ records, maxUsedBytes: 0, missingBytes: 0 }), 50);
	});

	it("tell what it holds of images that went", () => {
		assert.equal(bytesHeld(records, [record("a", 50), record("b", 30), record("c", 20)]), 30);
		assert.equal(bytesHeld(records, records), 0);
	});
});
