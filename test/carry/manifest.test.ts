import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type GenerationHash, mostPacks, packIdOf } from "../../src/carry/keys.ts";
import { type Manifest, packsText, parsePacks } from "../../src/carry/manifest.ts";
import { blobs, digest } from "./generations.ts";

const held = blobs(1, 10, 20);
const manifest: Manifest = {
	generation: "0123456789abcdef" as GenerationHash,
	packs: [{ id: packIdOf(held.keys()), blobs: held }],
	live: new Set([digest(2)]),
};

test("a manifest is read as it was written", () => {
	const { generation: _, ...said } = manifest;
	assert.deepEqual(parsePacks(packsText(manifest)), said);
});

describe("a packs.json that", () => {
	const good = JSON.parse(packsText(manifest));
	const [pack] = good.packs;
	const bad: Record<string, unknown> = {
		"is no object": null,
		"lists no packs": { live: [] },
		"lists too many packs": { ...good, packs: Array(mostPacks + 1).fill(pack) },
		"names a pack by a path": { ...good, packs: [{ ...pack, id: "../../../etc" }] },
		"names a blob by a path": { ...good, packs: [{ ...pack, blobs: { "sha256:../x": 1 } }], live: [] },
		"gives a size below zero": { ...good, packs: [{ ...pack, blobs: { [digest(2)]: -1 } }] },
		"gives a size in words": { ...good, packs: [{ ...pack, blobs: { [digest(2)]: "1" } }] },
		"has a live blob in no pack": { ...good, live: [digest(3)] },
		"has a live blob that is no digest": { ...good, live: ["x"] },
	};
	for (const [what, value] of Object.entries(bad)) {
		test(`${what} is refused`, () => assert.equal(parsePacks(JSON.stringify(value)), undefined));
	}
	test("is no JSON is refused", () => assert.equal(parsePacks('{"packs":['), undefined));
});
