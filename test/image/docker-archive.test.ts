import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { Entry } from "../../src/image/archive.ts";
import { chainIds, type Image } from "../../src/image/image.ts";
import { type FixtureImage, imageOf, layerOf, packed, tarOf, writeDockerArchive } from "./fixtures.ts";
import { assertRefused, bytesOf, readSound, scratch } from "./reading.ts";
import { tarHeader } from "./tar-blocks.ts";

const [base, app] = [await layerOf({ base: "1" }, "tar"), await layerOf({ app: "2" }, "tar")];
const sound = imageOf([base, app]);

type Listed = { Config?: unknown; Layers?: unknown; RepoTags?: unknown };

/** A docker archive with these entries of manifest.json, and the blobs of the sound image. */
async function archiveOf(t: TestContext, listed: unknown, more: readonly Entry[] = []): Promise<string> {
	const file = join(scratch(t), "image.tar");
	const blobs = [
		{ name: "config.json", content: sound.config },
		{ name: "base/layer.tar", content: base.blob },
		{ name: "app/layer.tar", content: app.blob },
	];
	const manifest = { name: "manifest.json", content: Buffer.from(JSON.stringify(listed)) };
	writeFileSync(file, await tarOf([...blobs, ...more, manifest]));
	return file;
}

const listing: Listed = {
	Config: "config.json",
	Layers: ["base/layer.tar", "app/layer.tar"],
	RepoTags: null,
};

function layersIn({ layers }: Image): readonly object[] {
	return layers.map(({ digest, diffId, compression, bytes }) => ({
		...{ digest, diffId, compression, blob: bytesOf(bytes) },
	}));
}

function layersOf({ layers }: FixtureImage, compression: string): readonly object[] {
	return layers.map(({ digest, diffId, blob }) => ({ digest, diffId, compression, blob }));
}

describe("a docker archive", () => {
	it("has its layers by their chain ids, and its config's digest for a name", async (t) => {
		const image = await readSound(await archiveOf(t, [listing]));
		assert.deepEqual(layersIn(image), layersOf(sound, "none"));
		assert.deepEqual(
			image.layers.map(({ chainId }) => chainId),
			chainIds([base.diffId, app.diffId]),
		);
		assert.equal(image.named, sound.id);
	});

	it("gets a manifest that names what it has", async (t) => {
		const { manifest } = await readSound(await archiveOf(t, [listing]));
		const { config, layers } = JSON.parse(manifest.content.toString());
		assert.deepEqual([config.digest, config.size], [sound.id, sound.config.length]);
		assert.deepEqual(
			layers.map(({ digest, size }: { digest: string; size: number }) => [digest, size]),
			[base, app].map(({ digest, blob }) => [digest, blob.length]),
		);
	});

	for (const [packing, compression] of [
		["tar+gzip", "gzip"],
		["tar+zstd", "zstd"],
	] as const) {
		it(`may have packed layers: ${compression}`, async (t) => {
			const image = imageOf([await layerOf({ a: "1" }, packing), await layerOf({ b: "2" }, packing)]);
			const read = await readSound(await writeDockerArchive(join(scratch(t), "image.tar"), image));
			assert.deepEqual(layersIn(read), layersOf(image, compression));
			// The engines' importer calls both gzip.
			assert.match(read.manifest.content.toString(), /diff\.tar\.gzip"/);
		});
	}

	for (const [compression, magic] of [
		["xz", "\xfd7zXZ\0"],
		["bzip2", "BZh91AY"],
	] as const) {
		it(`may have layers packed as only one of the stores can unpack them: ${compression}`, async (t) => {
			const layer = { ...packed(Buffer.from(magic, "latin1"), "tar"), diffId: base.diffId };
			const file = await writeDockerArchive(join(scratch(t), "image.tar"), imageOf([layer]));
			const [read] = (await readSound(file)).layers;
			assert.deepEqual([read?.digest, read?.diffId, read?.compression], [layer.digest, base.diffId, "other"]);
		});
	}
});

describe("a layer that a docker archive has twice", () => {
	const twice = imageOf([base, app, base]);
	const names = ["1/layer.tar", "2/layer.tar", "3/layer.tar"] as const;

	for (const [type, linkpath] of [
		["SymbolicLink", "../1/layer.tar"],
		["Link", "1/layer.tar"],
		["Link", "./1/layer.tar"],
	] as const) {
		for (const order of ["behind", "before"]) {
			it(`may be a link, as older engines wrote it: ${type} ${linkpath}, ${order} the layer`, async (t) => {
				const file = join(scratch(t), "image.tar");
				const link = tarHeader({ path: names[2], type, linkpath });
				const manifest = JSON.stringify([{ Config: "config.json", Layers: names }]);
				const files = await tarOf([
					{ name: names[0], content: base.blob },
					{ name: names[1], content: app.blob },
					{ name: "config.json", content: twice.config },
					{ name: "manifest.json", content: Buffer.from(manifest) },
				]);
				const blocks = [files.subarray(0, -1024), link];
				if (order === "before") blocks.reverse();
				writeFileSync(file, Buffer.concat([...blocks, Buffer.alloc(1024)]));
				assert.deepEqual(layersIn(await readSound(file)), layersOf(twice, "none"));
			});
		}
	}

	it("may be listed twice by one name", async (t) => {
		const file = await writeDockerArchive(join(scratch(t), "image.tar"), twice);
		assert.deepEqual(layersIn(await readSound(file)), layersOf(twice, "none"));
	});

	it("survives being unpacked and packed again by tar", async (t) => {
		const [file, dir] = [await archiveOf(t, [listing]), scratch(t)];
		execFileSync("tar", ["-xf", file, "-C", dir]);
		execFileSync("tar", ["-cf", file, "-C", dir, "."]);
		assert.deepEqual(layersIn(await readSound(file)), layersOf(sound, "none"));
	});
});

describe("a docker archive that is none", () => {
	const described = (rootfs: unknown) => ({
		name: "other.json",
		content: Buffer.from(JSON.stringify({ ...sound.platform, rootfs })),
	});
	const one = described({ type: "layers", diff_ids: [base.diffId] });
	const refused: Readonly<Record<string, readonly [unknown, RegExp, Entry?]>> = {
		"lists nothing": [[], /^has a manifest\.json that lists no image$/],
		"is not a list": [listing, /^has a manifest\.json that lists no image$/],
		"lists several images": [[listing, listing], /^holds 2 images; give each an archive of its own$/],
		"lists null": [[null], /^lacks its config undefined$/],
		"lacks its config": [[{ ...listing, Config: "gone.json" }], /^lacks its config "gone\.json"$/],
		"has a path for a config": [[{ ...listing, Config: "../../etc/passwd" }], /^lacks its config "\.\./],
		"has a list for a config": [[{ ...listing, Config: [[[]]] }], /^lacks its config \[/],
		"lacks a layer": [[{ ...listing, Layers: ["base/layer.tar", "gone"] }], /^lacks the layer "gone"$/],
		"has a number for a layer": [[{ ...listing, Layers: ["base/layer.tar", 1] }], /^lacks the layer 1$/],
		"has no layers": [[{ ...listing, Layers: null }], /lists 2 layers where manifest\.json lists 0$/],
		"has a config of another image": [
			[{ ...listing, Config: "other.json" }],
			/^has a config that lists 1 layers where manifest\.json lists 2$/,
			one,
		],
		"has a config of no image": [
			[{ ...listing, Config: "other.json" }],
			/^has a config that is not an image's$/,
			described(undefined),
		],
		"has diff ids that are paths": [
			[{ ...listing, Config: "other.json" }],
			/diff ids are no sha256 digests$/,
			described({ type: "layers", diff_ids: ["sha256:../../etc/passwd", base.diffId] }),
		],
	};
	for (const [what, [listed, reason, more]] of Object.entries(refused)) {
		it(`is refused: it ${what}`, async (t) => {
			await assertRefused(await archiveOf(t, listed, more === undefined ? [] : [more]), reason);
		});
	}
});
