import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type GenerationHash,
	manifestKey,
	manifestPrefix,
	mostPacks,
	nameHashOf,
	type PackId,
	packIdOf,
	packKey,
	parseKey,
} from "../../src/carry/keys.ts";
import { digest } from "./generations.ts";

const name = nameHashOf("a name, with a comma");
const generation = "0123456789abcdef" as GenerationHash;
const packs = Array.from({ length: mostPacks }, (_, at) => packIdOf([digest(at)]));

test("a key says all that it was made of", () => {
	assert.deepEqual(parseKey(manifestKey(name, generation, packs)), {
		kind: "manifest",
		name,
		generation,
		packs,
	});
	assert.deepEqual(parseKey(packKey(name, packs[0] as PackId)), { kind: "pack", name, pack: packs[0] });
});

test("a key fits the service: below 512 characters, without a comma", () => {
	const key = manifestKey(name, generation, packs);
	assert.ok(key.length < 512 && !key.includes(","), key);
});

test("a name's manifests are found by their prefix, its packs and other names are not", () => {
	const prefix = manifestPrefix(name);
	assert.ok(manifestKey(name, generation, packs).startsWith(prefix));
	assert.ok(!packKey(name, packs[0] as PackId).startsWith(prefix));
	assert.ok(!manifestKey(nameHashOf("another"), generation, packs).startsWith(prefix));
});

test("a pack's name depends on its blobs and not on their order; a further attempt has another", () => {
	const id = packIdOf([digest(1), digest(2)]);
	assert.equal(packIdOf([digest(2), digest(1)]), id);
	assert.notEqual(packIdOf([digest(1), digest(3)]), id);
	assert.notEqual(packIdOf([digest(1), digest(2)], 1), id);
});

test("keys of others are none of ours", () => {
	const key = manifestKey(name, generation, packs.slice(0, 2));
	const tooMany = manifestKey(name, generation, [...packs, packIdOf([digest(99)])]);
	const twice = `${key}.${packs[0]}`;
	for (const other of ["", "node-cache-1", `${key}.`, `${key}.XYZ`, ` ${key}`, `${key}\n`, tooMany, twice])
		assert.equal(parseKey(other), undefined, JSON.stringify(other));
});
