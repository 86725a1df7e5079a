import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Archive } from "../../src/image/archive.ts";
import { type Hasher, sha256Hasher } from "../../src/image/hash-thread.ts";
import { sha256 } from "../../src/image/image.ts";
import { scratch } from "./reading.ts";

const many = 64 * 1024 * 1024;
const plain = (chunks: readonly Buffer[]) => createHash("sha256").update(Buffer.concat(chunks)).digest("hex");

/** Hashes chunks out of one shared buffer, which is filled anew as soon as it may be. */
async function hashed(hasher: Hasher, chunks: readonly Buffer[]): Promise<string> {
	const buffer = Buffer.from(new SharedArrayBuffer(100_000));
	for (const chunk of chunks) {
		await hasher.settled();
		hasher.update(buffer.subarray(10, 10 + chunk.copy(buffer, 10)));
	}
	return await hasher.digest();
}

const chunksOf = (count: number) => Array.from({ length: count }, (_, at) => randomBytes(50_000 + at));

describe("hashing what is sent", () => {
	for (const shared of [false, true]) {
		it(`gives the same on a thread of its own and without: ${shared ? "on a thread" : "without"}`, async () => {
			const chunks = chunksOf(20);
			assert.equal(await hashed(sha256Hasher(many, shared), chunks), plain(chunks));
			assert.equal(await sha256Hasher(many, shared).digest(), plain([]));
		});
	}

	it("keeps several apart that go on at once", async () => {
		const all = Array.from({ length: 5 }, () => chunksOf(10));
		const digests = await Promise.all(all.map((chunks) => hashed(sha256Hasher(many, true), chunks)));
		assert.deepEqual(digests, all.map(plain));
	});

	for (const wrong of [false, true]) {
		it(`${wrong ? "finds a wrong byte in" : "lets pass"} a large blob that is taken into shared memory`, async (t) => {
			const path = join(scratch(t), "blob");
			const content = Buffer.alloc(many, randomBytes(4099));
			writeFileSync(path, content);
			if (wrong) content[many - 1] = (content[many - 1] ?? 0) ^ 1;
			const blob = { digest: sha256(content), bytes: { path, offset: 0, size: many } };
			const archive = new Archive([{ name: "a", blob }]);
			const buffer = Buffer.from(new SharedArrayBuffer(256 * 1024));
			let taken = 0;
			let length: number | undefined;
			do {
				length = await archive.read(buffer);
				taken += length ?? 0;
				await archive.settled();
			} while (length !== undefined && length > 0);
			assert.equal(length === undefined, wrong);
			assert.equal(taken === 512 + many + (-many & 511) + 1024, !wrong);
			assert.equal(archive.fault?.reason, wrong ? "has other bytes than its name says" : undefined);
		});
	}
});
