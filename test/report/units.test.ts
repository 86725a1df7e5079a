import assert from "node:assert/strict";
import { it } from "node:test";
import { humanBytes, humanSeconds } from "../../src/report/units.ts";

it("bytes read as on a disk's label", () => {
	const said = [0, 999, 1000, 36_000, 99_949, 99_950, 999_499, 999_500, 765_000_000, 12.2e9, 5e15].map(
		humanBytes,
	);
	assert.deepEqual(said, [
		"0 B",
		"999 B",
		"1.0 kB",
		"36.0 kB",
		"99.9 kB",
		"100 kB",
		"999 kB",
		"1.0 MB",
		"765 MB",
		"12.2 GB",
		"5000 TB",
	]);
});

it("seconds become minutes when there are many", () => {
	assert.deepEqual([0, 0.34, 59.9, 59.96, 125].map(humanSeconds), [
		"0.0 s",
		"0.3 s",
		"59.9 s",
		"1 min 0 s",
		"2 min 5 s",
	]);
});
