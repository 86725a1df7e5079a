import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { durationText, parseDuration } from "../../src/runner/durations.ts";
import { parseSize } from "../../src/runner/sizes.ts";

describe("durations", () => {
	const read: readonly (readonly [string, number])[] = [
		["90s", 90_000],
		["30m", 1_800_000],
		["6h", 21_600_000],
		["14d", 1_209_600_000],
		["0s", 0],
	];
	for (const [text, ms] of read) test(`${text} is ${ms} ms`, () => assert.equal(parseDuration(text), ms));
	for (const text of [
		"",
		"14",
		"d",
		"14 d",
		"14D",
		"-1d",
		"1.5h",
		"1h30m",
		"1w",
		`${"9".repeat(20)}d`,
		"1d\n",
	]) {
		test(`${JSON.stringify(text)} is none`, () => assert.equal(parseDuration(text), undefined));
	}
});

describe("durations in words", () => {
	for (const text of ["90s", "30m", "6h", "14d", "1s", "25h", "0s"])
		test(`${text} stays ${text}`, () => assert.equal(durationText(parseDuration(text) ?? -1), text));
	test("60s is 1m, a fraction in seconds", () => {
		assert.deepEqual([durationText(60_000), durationText(1_500)], ["1m", "1.5s"]);
	});
});

describe("sizes", () => {
	const read: readonly (readonly [string, number])[] = [
		["20GB", 20e9],
		["500MiB", 500 * 2 ** 20],
		["1.5KiB", 1536],
		["1kB", 1000],
		["2tib", 2 * 2 ** 40],
		["1PB", 1e15],
		["512B", 512],
	];
	for (const [text, bytes] of read) {
		test(`${text} is ${bytes} bytes`, () => assert.deepEqual(parseSize(text), { kind: "bytes", bytes }));
	}
	for (const [text, percent] of [["10%", 10] as const, ["0.5%", 0.5] as const, ["100%", 100] as const]) {
		test(`${text} is a share of the disk`, () => {
			assert.deepEqual(parseSize(text), { kind: "percent", percent });
		});
	}
	for (const text of [
		"",
		"20",
		"20G",
		"GB",
		"-1GB",
		"1iB",
		"0GB",
		"0%",
		"101%",
		"20 GB",
		"1e3GB",
		"99999PB",
	]) {
		test(`${JSON.stringify(text)} is none`, () => assert.equal(parseSize(text), undefined));
	}
});
