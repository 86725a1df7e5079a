import { describe, it, type TestContext } from "node:test";
import { isDigest } from "../../src/image/digest.ts";
import { blobsOf, descriptorOf, imageOf, indexOf, layerOf, writeLayout } from "./fixtures.ts";
import { assertRefused, nestedIndex, scratch } from "./reading.ts";

const layer = await layerOf({ app: "2" });
const sound = imageOf([layer]);

function layoutWith(t: TestContext, index: Buffer): string {
	return writeLayout(scratch(t), sound, { index, blobs: blobsOf([sound]) });
}

describe("an index that leads nowhere", () => {
	const other = imageOf([layer], { config: { author: "another" } });

	it("is refused: without an image", async (t) => {
		const lone = { platform: { os: "unknown", architecture: "unknown" } };
		for (const index of [indexOf([]), indexOf([descriptorOf(sound, lone)])])
			await assertRefused(layoutWith(t, index), /index\.json that lists no image$/);
	});

	it("is refused: with two images, neither for a platform", async (t) => {
		const index = indexOf([descriptorOf(sound), descriptorOf(other)]);
		await assertRefused(layoutWith(t, index), /^holds 2 images; give each a layout of its own$/);
	});

	it("is refused: nested without end", async (t) => {
		let nested = nestedIndex([descriptorOf(sound)]);
		const blobs = blobsOf([sound]);
		for (let depth = 0; depth < 20; depth++) {
			const [digest, content] = nested.blob;
			if (isDigest(digest)) blobs.set(digest, content);
			nested = nestedIndex([nested.descriptor]);
		}
		blobs.set(...nested.blob);
		const dir = writeLayout(scratch(t), sound, { index: indexOf([nested.descriptor]), blobs });
		await assertRefused(dir, /^nests indexes deeper than \d+$/);
	});

	it("is refused: with platforms that would write on the screen", async (t) => {
		const platforms = ["a\nb", "\x1b[2J", "\u2028", "x".repeat(100_000)];
		const manifests = platforms.map((architecture) => ({ os: "linux", architecture }));
		const { descriptor, blob } = nestedIndex(manifests.map((platform) => descriptorOf(sound, { platform })));
		const blobs = blobsOf([sound]).set(...blob);
		const dir = writeLayout(scratch(t), sound, { index: indexOf([descriptor]), blobs });
		await assertRefused(dir, /^has no image for the engine's platform/);
	});
});

describe("an index.json that is none", () => {
	const deep = 200_000;
	const texts: Readonly<Record<string, string>> = {
		empty: "",
		"half of one": '{"schemaVersion":2,"manifests":[{"mediaType":"app',
		"not JSON": "\0\0\0\0",
		"JSON of something else": '"index"',
		null: "null",
		"without manifests": '{"schemaVersion":2}',
		"with a text for a list": '{"manifests":"latest"}',
		"with entries that are none": '{"manifests":[null]}',
		"nested without end": `${"[".repeat(deep)}${"]".repeat(deep)}`,
		"nested without end in a digest": `{"manifests":[{"digest":${"[".repeat(deep)}${"]".repeat(deep)}}]}`,
	};
	for (const [what, text] of Object.entries(texts)) {
		it(`is refused: ${what}`, async (t) => {
			await assertRefused(layoutWith(t, Buffer.from(text)), /^has an index\.json that /);
		});
	}
});
