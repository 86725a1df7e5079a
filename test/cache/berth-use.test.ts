import assert from "node:assert/strict";
import { utimesSync } from "node:fs";
import { describe, type TestContext, test } from "node:test";
import { type BerthUsage, berthsByUse, dropBerth } from "../../src/cache/store.ts";
import { berthPath } from "./disk.ts";
import { build, newRoot, open } from "./jobs.ts";
import { layer } from "./layouts.ts";

const megabyte = 1 << 20;
const me = { runner: "mine", job: "1" };
const neighbours = { runner: "neighbour's", job: "1" };

/** Three berths, used three, two and one day ago; the first two share a base of a megabyte, each has one of its own. */
function threeBerths(t: TestContext): string {
	const root = newRoot(t);
	for (const [at, name] of ["third", "second", "first"].entries()) {
		const own = layer(name, megabyte);
		build(root, name, name === "first" ? [own] : [layer("base", megabyte), own], neighbours);
		const then = Date.now() / 1000 - (3 - at) * 24 * 60 * 60;
		utimesSync(berthPath(root, name, "current"), then, then);
	}
	return root;
}

function used(root: string): readonly BerthUsage[] {
	const usage = berthsByUse(root, me, new Date());
	assert.ok(!("kind" in usage), JSON.stringify(usage));
	return usage;
}

function megabytes(bytes: number): number {
	return Math.floor(bytes / megabyte);
}

describe("the berths by their use", () => {
	test("are told the least recently used first, with what each takes and what it alone would free", (t) => {
		const usage = used(threeBerths(t));
		assert.deepEqual(
			usage.map(({ name, bytes, ownBytes }) => [name, megabytes(bytes), megabytes(ownBytes)]),
			[
				["third", 2, 1],
				["second", 2, 1],
				["first", 1, 1],
			],
		);
		const daysAgo = usage.map(({ lastUsedMs }) => Math.round((Date.now() - lastUsedMs) / 86_400_000));
		assert.deepEqual(daysAgo, [3, 2, 1]);
	});

	test("say whether a living job has one open, which then can't be dropped", (t) => {
		const root = threeBerths(t);
		open(root, "second", neighbours);
		const usage = used(root);
		assert.deepEqual(
			usage.map(({ name, inUse }) => [name, inUse]),
			[
				["third", false],
				["first", false],
				["second", true],
			],
		);
		for (const { berth } of usage) dropBerth(root, berth, { me, now: new Date() });
		assert.deepEqual(
			used(root).map(({ name }) => name),
			["second"],
		);
	});

	test("free, dropped one by one, what was told of each then", (t) => {
		const root = threeBerths(t);
		for (let [next] = used(root); next !== undefined; [next] = used(root)) {
			const { berth, name, ownBytes } = next;
			const dropped = dropBerth(root, berth, { me, now: new Date() });
			assert.deepEqual(dropped, [{ kind: "berth", name, bytes: ownBytes }]);
		}
	});

	test("are none where there is no root", (t) => {
		assert.deepEqual(used(newRoot(t)), []);
	});
});
