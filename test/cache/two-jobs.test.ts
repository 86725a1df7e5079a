import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { BerthUser, BerthUserSaid } from "./berth-user.ts";
import { run } from "./children.ts";
import { berthPath, inForce, look } from "./disk.ts";
import { build, newRoot, tidy } from "./jobs.ts";
import { faultsIn, layers } from "./layouts.ts";

type Part = Pick<BerthUser, "does" | "rounds">;

/** Lets several processes at one berth, and answers what was wrong for each, and how often it found a cache. */
async function together(t: TestContext, parts: readonly Part[]): Promise<[string, BerthUserSaid[]]> {
	const root = newRoot(t);
	build(root, "app", layers("base"));
	const said = await Promise.all(
		parts.map(async (part, at) => {
			const user: BerthUser = { ...part, root, name: "app", runner: `runner ${at}` };
			const ended = await run("berth-user.ts", { args: [JSON.stringify(user)] });
			assert.equal(ended.code, 0, ended.stderr);
			return ended.said as BerthUserSaid;
		}),
	);
	return [root, said];
}

function nothingWrong(said: readonly BerthUserSaid[]): void {
	assert.deepEqual(
		said.flatMap(({ wrong }) => wrong),
		[],
	);
}

describe("jobs that build one name at once", () => {
	test("each find a whole cache and commit, and leave one generation and nothing else", async (t) => {
		const parts = Array.from({ length: 4 }, (): Part => ({ does: "build", rounds: 40 }));
		const [root, said] = await together(t, parts);
		nothingWrong(said);
		assert.ok(said.every(({ found }) => found === 40));
		const { current, ...rest } = look(root, "app");
		assert.deepEqual(rest, { generations: [current], clones: [], others: [], jobs: [] });
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("don't hinder one that only reads", async (t) => {
		const [, said] = await together(t, [
			{ does: "build", rounds: 60 },
			{ does: "look", rounds: 200 },
		]);
		nothingWrong(said);
		assert.equal(said[1]?.found, 200);
	});
});

describe("cleanups that take only what nobody uses", () => {
	test("take nothing from jobs beside them, two at once though they are", async (t) => {
		const [root, said] = await together(t, [
			{ does: "sweep", rounds: 400 },
			{ does: "sweep", rounds: 400 },
			{ does: "build", rounds: 50 },
			{ does: "build", rounds: 50 },
		]);
		nothingWrong(said);
		assert.deepEqual(
			said.slice(2).map(({ found }) => found),
			[50, 50],
		);
		const { current, ...rest } = look(root, "app");
		assert.deepEqual(rest, { generations: [current], clones: [], others: [], jobs: [] });
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});
});

describe("a berth that retention removes while others open it", () => {
	test("is there whole or not at all, and can be built again at any moment", async (t) => {
		const [root, said] = await together(t, [
			{ does: "remove", rounds: 120 },
			{ does: "look", rounds: 200 },
			{ does: "build", rounds: 60 },
		]);
		nothingWrong(said);
		const { clones, jobs, others, generations } = look(root, "app");
		assert.deepEqual([clones, jobs, others], [[], [], []]);
		assert.ok(generations.length <= 1);
		if (generations.length === 1) assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("survives, whole or not at all, two cleanups that take what they can at once", async (t) => {
		const [root, said] = await together(t, [
			{ does: "clear", rounds: 400 },
			{ does: "clear", rounds: 400 },
			{ does: "build", rounds: 50 },
			{ does: "look", rounds: 100 },
		]);
		nothingWrong(said);
		const { clones, jobs, others, generations } = look(root, "app");
		assert.deepEqual([clones, jobs, others], [[], [], []]);
		assert.ok(generations.length <= 1);
		if (generations.length === 1) assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("can lose its empty directories at any moment of a build", async (t) => {
		const [root, said] = await together(t, [
			{ does: "rmdir", rounds: 80_000 },
			{ does: "build", rounds: 60 },
		]);
		nothingWrong(said);
		assert.deepEqual(faultsIn(inForce(root, "app")), []);
	});

	test("leaves nothing when it is gone", (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		tidy(root, { maxAgeMs: -60_000 });
		assert.deepEqual(readdirSync(join(root, "berths")), []);
		assert.throws(() => readdirSync(berthPath(root, "app")), { code: "ENOENT" });
	});
});
