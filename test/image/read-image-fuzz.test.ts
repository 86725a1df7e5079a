import assert from "node:assert/strict";
import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { sha256 } from "../../src/image/image.ts";
import { readImage } from "../../src/image/read-image.ts";
import { isUnfit } from "../../src/image/unfit.ts";
import {
	blobsOf,
	descriptorOf,
	type FixtureImage,
	here,
	imageOf,
	indexOf,
	layerOf,
	writeDockerArchive,
	writeLayout,
	writeOciArchive,
} from "./fixtures.ts";
import { seeded, withBytesChanged, withFieldChanged } from "./mutations.ts";
import { assertOneLine, nestedIndex, scratch } from "./reading.ts";

const sound = imageOf([await layerOf({ base: "1" }), await layerOf({ app: "2" }, "tar")]);

/** Reads what may be anything: it is an image with all its parts, or the reason why it is none. Says which. */
async function outcome(path: string): Promise<"image" | "unfit"> {
	const read = await readImage(path, here);
	if (isUnfit(read)) {
		assertOneLine(read.unfit);
		return "unfit";
	}
	assert.equal(sha256(read.manifest.content), read.manifest.digest);
	assert.equal(sha256(read.config.content), read.config.digest);
	for (const { bytes } of read.layers) assert.ok(bytes.path.startsWith(path), bytes.path);
	return "image";
}

/** The sound image with a changed manifest or config, whose digests and sizes fit again. */
function refitted(part: "manifest" | "config", change: (json: Buffer) => Buffer): FixtureImage {
	if (part === "manifest") {
		const manifest = change(sound.manifest);
		return { ...sound, manifest, digest: sha256(manifest) };
	}
	const config = change(sound.config);
	const parsed = JSON.parse(sound.manifest.toString());
	const named = { ...parsed.config, digest: sha256(config), size: config.length };
	const manifest = Buffer.from(JSON.stringify({ ...parsed, config: named }));
	return { ...sound, config, manifest, digest: sha256(manifest), id: sha256(config) };
}

describe("an image that is damaged anywhere is read as one, or refused on one line", () => {
	for (const part of ["manifest", "config"] as const) {
		it(`the ${part}, with digests that fit the damage`, async (t) => {
			const dir = join(scratch(t), "layout");
			const outcomes = new Set<string>();
			for (let seed = 0; seed < 300; seed++) {
				const random = seeded(seed);
				const change = seed % 3 === 0 ? withBytesChanged : withFieldChanged;
				writeLayout(
					dir,
					refitted(part, (json) => change(json, random)),
				);
				outcomes.add(await outcome(dir));
				rmSync(dir, { recursive: true });
			}
			assert.deepEqual([...outcomes].sort(), ["image", "unfit"]);
		});
	}

	it("index.json, and an index behind it", async (t) => {
		const dir = join(scratch(t), "layout");
		const listed = [descriptorOf(sound, { platform: here }), descriptorOf(sound, { annotations: {} })];
		for (let seed = 0; seed < 300; seed++) {
			const random = seeded(seed);
			const nested = withFieldChanged(indexOf(listed), random);
			const { descriptor } = nestedIndex(listed);
			const top = { ...descriptor, digest: sha256(nested), size: nested.length };
			const index = seed % 2 === 0 ? indexOf([top]) : withFieldChanged(indexOf([top, ...listed]), random);
			writeLayout(dir, sound, { index, blobs: blobsOf([sound]).set(sha256(nested), nested) });
			await outcome(dir);
			rmSync(dir, { recursive: true });
		}
	});

	for (const [what, write] of [
		["an OCI archive", writeOciArchive],
		["a docker archive", writeDockerArchive],
	] as const) {
		it(`any byte of ${what}`, async (t) => {
			const file = await write(join(scratch(t), "image.tar"), sound);
			const whole = readFileSync(file);
			for (let seed = 0; seed < 300; seed++) {
				writeFileSync(file, withBytesChanged(whole, seeded(seed)));
				await outcome(file);
			}
		});

		it(`${what} that ends early, wherever that is`, async (t) => {
			const file = await write(join(scratch(t), "image.tar"), sound);
			// Its end is two blocks of zeros, without which tar does, too.
			for (let length = readFileSync(file).length - 1024 - 512; length >= 0; length -= 256) {
				truncateSync(file, length);
				assert.equal(await outcome(file), "unfit", `${length} bytes`);
			}
		});
	}
});
