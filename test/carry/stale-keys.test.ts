import assert from "node:assert/strict";
import { test } from "node:test";
import { type GenerationHash, manifestKey, nameHashOf, type PackId, packKey } from "../../src/carry/keys.ts";
import { type ListedEntry, staleEntries } from "../../src/carry/stale-keys.ts";
import { name } from "./generations.ts";

const hour = 3_600_000;
const moment = { nowMs: 1000 * hour, longestJobMs: 6 * hour };
let id = 0;

function entry(key: string, hoursAgo: number, ref = "refs/heads/main"): ListedEntry {
	return { key, id: ++id, ref, createdMs: moment.nowMs - hoursAgo * hour };
}

function pack(letter: string): PackId {
	return letter.repeat(12) as PackId;
}

function manifest(digit: string, packs: string, of = name): string {
	return manifestKey(of, digit.repeat(16) as GenerationHash, [...packs].map(pack));
}

function stale(listing: readonly ListedEntry[]): ListedEntry[] {
	return [...staleEntries(listing, name, moment)];
}

test("superseded manifests go, and with them the packs that only they refer to", () => {
	const old = entry(manifest("1", "ab"), 30);
	const dead = entry(packKey(name, pack("a")), 30);
	const listing = [
		old,
		dead,
		entry(packKey(name, pack("b")), 30),
		entry(packKey(name, pack("c")), 10),
		entry(manifest("2", "bc"), 10),
	];
	assert.deepEqual(stale(listing), [old, dead]);
});

test("each ref keeps its newest manifest, and a pack that any ref's refers to stays", () => {
	const listing = [
		entry(packKey(name, pack("a")), 30),
		entry(manifest("1", "a"), 30, "refs/heads/side"),
		entry(packKey(name, pack("b")), 10),
		entry(manifest("2", "b"), 10),
	];
	assert.deepEqual(stale(listing), []);
});

test("what a job still running may have restored stays with its packs", () => {
	const listing = [
		entry(packKey(name, pack("a")), 30),
		entry(manifest("1", "a"), 30),
		entry(packKey(name, pack("b")), 5),
		entry(manifest("2", "b"), 5),
	];
	assert.deepEqual(stale(listing), []);
});

test("a young pack stays, since its manifest may be still to come; an old one without a manifest goes", () => {
	const orphan = entry(packKey(name, pack("a")), 7);
	assert.deepEqual(stale([orphan, entry(packKey(name, pack("b")), 1)]), [orphan]);
});

test("of manifests of one instant the one saved last stays", () => {
	const [first, last] = [entry(manifest("1", "a"), 10), entry(manifest("2", "a"), 10)];
	assert.deepEqual(stale([last, first]), [first]);
});

test("entries of other names and of others are left alone", () => {
	const other = nameHashOf("another");
	const listing = [
		entry(manifest("1", "a", other), 30),
		entry(manifest("2", "b", other), 20),
		entry(packKey(other, pack("a")), 30),
		entry("node-cache-linux", 500),
	];
	assert.deepEqual(stale(listing), []);
});
