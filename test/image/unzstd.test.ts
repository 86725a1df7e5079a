import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { zstdCompressSync } from "node:zlib";
import { sha256 } from "../../src/image/image.ts";
import { unpackedBytes } from "../../src/image/unzstd.ts";
import { scratch } from "./reading.ts";
import { taken } from "./taking.ts";

const content = Buffer.from("layer ".repeat(300_000));
const packed = zstdCompressSync(content);

describe("a zstd blob for an engine that reads none", () => {
	it("is unpacked on its way, its own bytes counted and hashed", async (t) => {
		const path = join(scratch(t), "blob");
		writeFileSync(path, packed);
		const bytes = { path, offset: 0, size: packed.length };
		assert.equal(await unpackedBytes(bytes), content.length);
		const blob = { digest: sha256(packed), bytes };
		const entry = { name: "layer", blob, unpackedBytes: content.length };
		const { bytes: archive, counted, fault } = await taken([entry]);
		assert.deepEqual(archive.subarray(512, 512 + content.length), content);
		assert.equal(counted, packed.length);
		assert.equal(fault, undefined);
	});

	for (const [what, size, wrong] of [
		["unpacks to more than was measured", content.length - 1, packed],
		["unpacks to less than was measured", content.length + 1, packed],
		["is no zstd", content.length, content],
	] as const) {
		it(`breaks the archive off if it ${what}`, async (t) => {
			const path = join(scratch(t), "blob");
			writeFileSync(path, wrong);
			const blob = { digest: sha256(wrong), bytes: { path, offset: 0, size: wrong.length } };
			const { brokeOff, fault } = await taken([{ name: "layer", blob, unpackedBytes: size }]);
			assert.ok(brokeOff);
			assert.match(fault?.reason ?? "", /^can't be read: /);
		});
	}

	it("has no size if it is none", async (t) => {
		const path = join(scratch(t), "blob");
		writeFileSync(path, content);
		assert.equal(await unpackedBytes({ path, offset: 0, size: content.length }), undefined);
	});
});
