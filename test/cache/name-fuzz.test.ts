import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { decodeName, encodeName, isBerthDir } from "../../src/cache/name.ts";

const alphabet = [
	..."aAzZ09._-%~/\\:@ \n\0\"'$",
	"é",
	"е",
	"🐳",
	"\ud83d",
	"\udc33",
	"\ufffd",
	"%41",
	"..",
	"~0",
];

/** Numbers that a seed always gives in the same order. */
function* numbers(seed: string): Generator<number, never> {
	for (let block = 0; ; block++)
		yield* createHash("shake256", { outputLength: 4096 }).update(`${seed} ${block}`).digest();
}

function randomNames(count: number): string[] {
	const random = numbers("names");
	const next = (below: number) => random.next().value % below;
	const name = () =>
		Array.from({ length: next(12) === 0 ? next(250) : next(8) }, () => alphabet[next(alphabet.length)]).join(
			"",
		);
	return [...new Set(Array.from({ length: count }, name))];
}

const names = randomNames(6000);

describe(`${names.length} random names`, () => {
	test("have as many directories", () => {
		assert.ok(names.length > 3000);
		assert.equal(new Set(names.map(encodeName)).size, names.length);
	});

	test("are one safe path component each, known as a berth", () => {
		const unsafe = names.filter((name) => {
			const dir = encodeName(name);
			return !isBerthDir(dir) || dir.length > 250 || !/^[a-z0-9_%-][a-z0-9_.%~-]*$/.test(dir);
		});
		assert.deepEqual(unsafe, []);
	});

	test("come back from their directories unless they were too long", () => {
		const lost = names.filter((name) => {
			const back = decodeName(encodeName(name));
			return back !== name && !(back === undefined && encodeName(name).includes("~"));
		});
		assert.deepEqual(lost, []);
		assert.ok(names.some((name) => decodeName(encodeName(name)) === undefined));
	});
});
