import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bounds, bounds } from "../../src/carry/bounds.ts";
import { type GenerationHash, mostPacks } from "../../src/carry/keys.ts";
import { type Blobs, bytesOf, type Manifest, type Pack } from "../../src/carry/manifest.ts";
import { planSave, type SavePlan, type SaveRequest } from "../../src/carry/plan-save.ts";
import { blobs, digest } from "./generations.ts";

const wide: Bounds = { ...bounds, leastPackBytes: 1000 };
const one = "1111111111111111" as GenerationHash;
const two = "2222222222222222" as GenerationHash;

function save(request: SaveRequest, within = wide): Extract<SavePlan, { kind: "save" }> {
	const plan = planSave(request, within);
	assert.equal(plan.kind, "save");
	return plan as Extract<SavePlan, { kind: "save" }>;
}

function first(live: Blobs, within = wide): Manifest {
	return save({ generation: one, live, previous: undefined }, within).manifest;
}

function digestsOf(packs: readonly Pack[]): string[] {
	return packs.flatMap(({ blobs }) => [...blobs.keys()]).sort();
}

function merged(...parts: Blobs[]): Blobs {
	return new Map(parts.flatMap((part) => [...part]));
}

test("a first save sends every blob once", () => {
	const live = blobs(1, 400, 500, 600, 700);
	const { fresh, reused } = save({ generation: one, live, previous: undefined });
	assert.deepEqual([digestsOf(fresh), reused], [[...live.keys()].sort(), []]);
});

test("the same index again sends nothing", () => {
	const live = blobs(1, 10, 20);
	const plan = planSave({ generation: one, live, previous: first(live) }, wide);
	assert.deepEqual(plan, { kind: "unchanged" });
});

test("only the new blobs are sent, and the manifest goes on naming the former pack, oldest first", () => {
	const before = first(blobs(1, 900));
	const live = merged(blobs(1, 900), blobs(7, 30, 40));
	const { fresh, reused, manifest } = save({ generation: two, live, previous: before });
	assert.deepEqual(digestsOf(fresh), [digest(7), digest(8)]);
	assert.deepEqual(reused, before.packs);
	assert.deepEqual(manifest.packs, [...before.packs, ...fresh]);
	assert.deepEqual([...manifest.live].sort(), [...live.keys()].sort());
});

test("a blob that comes back, from a pack still referred to, isn't sent again", () => {
	const before = first(blobs(1, 900, 50));
	const without = save({ generation: two, live: blobs(1, 900), previous: before });
	const again = save({ generation: one, live: blobs(1, 900, 50), previous: without.manifest });
	assert.deepEqual(again.fresh, []);
});

test("a pack without a live blob is let go", () => {
	const { fresh, reused } = save({ generation: two, live: blobs(7, 30), previous: first(blobs(1, 900)) });
	assert.deepEqual([digestsOf(fresh), reused], [[digest(7)], []]);
});

describe("dead weight", () => {
	test("within its bound stays", () => {
		const { repacked, fresh } = save({
			generation: two,
			live: blobs(1, 600),
			previous: first(blobs(1, 600, 300)),
		});
		assert.deepEqual([repacked, fresh], [[], []]);
	});

	test("over its bound has the deadest pack packed again, and no other", () => {
		const narrow = { ...wide, leastPackBytes: 1, piecesOfFresh: 1 };
		const old = first(blobs(1, 100, 900), narrow);
		const next = save(
			{ generation: two, live: merged(blobs(1, 100, 900), blobs(7, 500)), previous: old },
			narrow,
		);
		const live = merged(blobs(1, 100), blobs(7, 500));
		const { repacked, fresh, reused } = save({ generation: one, live, previous: next.manifest }, narrow);
		assert.deepEqual(repacked, old.packs);
		assert.deepEqual([digestsOf(fresh), digestsOf(reused)], [[digest(1)], [digest(7)]]);
	});
});

test("however many builds there are, a manifest names no more packs than its key has room for", () => {
	let live = blobs(1, 5000);
	let previous = first(live);
	for (let build = 1; build <= 3 * mostPacks; build++) {
		live = merged(live, blobs(build * 100, 10 + build));
		const generation = build.toString(16).padStart(16, "0") as GenerationHash;
		const plan = save({ generation, live, previous });
		assert.ok(plan.manifest.packs.length <= mostPacks);
		assert.deepEqual(digestsOf(plan.manifest.packs), [...live.keys()].sort());
		assert.ok(bytesOf(plan.fresh[0]?.blobs ?? new Map()) < 5000, "the big one is never sent again");
		previous = plan.manifest;
	}
});

test("much is cut into packs that can travel at the same time, none above the bound if no blob is", () => {
	const live = blobs(1, ...Array.from({ length: 60 }, (_, at) => 100 + at));
	const { fresh } = save(
		{ generation: one, live, previous: undefined },
		{ ...wide, leastPackBytes: 100, mostPackBytes: 800 },
	);
	assert.ok(fresh.length > 8 && fresh.length <= mostPacks);
	assert.ok(fresh.every((pack) => bytesOf(pack.blobs) <= 800));
	assert.deepEqual(digestsOf(fresh), [...live.keys()].sort());
});

test("more than the packs have room for within the bound goes into larger ones", () => {
	const live = blobs(1, ...Array.from({ length: 100 }, () => 500));
	const { fresh } = save({ generation: one, live, previous: undefined }, { ...wide, mostPackBytes: 1000 });
	assert.equal(fresh.length, mostPacks);
	assert.deepEqual(digestsOf(fresh), [...live.keys()].sort());
});

test("a pack that proved bad is sent again under another name, even of an unchanged generation", () => {
	const live = blobs(1, 900, 800);
	const before = first(live);
	const [bad, good] = before.packs as [Pack, Pack];
	const plan = save({ generation: one, live, previous: before, bad: [bad.id] });
	assert.deepEqual(plan.reused, [good]);
	assert.deepEqual(digestsOf(plan.fresh), digestsOf([bad]));
	assert.notEqual(plan.fresh[0]?.id, bad.id);
});
