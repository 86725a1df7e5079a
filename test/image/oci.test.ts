import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import {
	blobsOf,
	descriptorOf,
	type FixtureDescriptor,
	type FixtureImage,
	imageOf,
	indexOf,
	layerOf,
	type Packing,
	writeLayout,
} from "./fixtures.ts";
import { assertRefused, bytesOf, nestedIndex, readSound, scratch } from "./reading.ts";

const amd64 = { os: "linux", architecture: "amd64" };
const arm64 = { os: "linux", architecture: "arm64" };
const [forAmd64, forArm64] = [
	imageOf([await layerOf({ "bin/app": "x86" })], { platform: amd64 }),
	imageOf([await layerOf({ "bin/app": "arm" })], { platform: arm64 }),
];
const attestation = imageOf([await layerOf({ sbom: "{}" })], { platform: amd64 });
const listed = [
	descriptorOf(forAmd64, { platform: amd64 }),
	descriptorOf(forArm64, { platform: arm64 }),
] as const;
const marks = [
	{ annotations: { "vnd.docker.reference.type": "attestation-manifest" } },
	{ platform: { os: "unknown", architecture: "unknown" } },
];

function layoutOf(
	t: TestContext,
	manifests: readonly FixtureDescriptor[],
	...more: readonly (readonly [FixtureDescriptor["digest"], Buffer])[]
): string {
	const blobs = blobsOf([forAmd64, forArm64, attestation]);
	for (const [digest, content] of more) blobs.set(digest as FixtureImage["digest"], content);
	return writeLayout(scratch(t), forAmd64, { index: indexOf(manifests), blobs });
}

describe("an OCI layout with one image", () => {
	for (const [packing, compression] of [
		["tar", "none"],
		["tar+gzip", "gzip"],
		["tar+zstd", "zstd"],
	] as const satisfies readonly (readonly [Packing, string])[]) {
		it(`is read with its layers, base first: ${packing}`, async (t) => {
			const layers = [await layerOf({ base: "1" }, packing), await layerOf({ app: "2" }, packing)];
			const fixture = imageOf(layers);
			const image = await readSound(writeLayout(scratch(t), fixture));
			assert.equal(image.named, fixture.digest);
			assert.deepEqual(image.manifest.content, fixture.manifest);
			assert.deepEqual(image.config, { digest: fixture.id, content: fixture.config });
			assert.deepEqual(
				image.layers.map(({ bytes, ...layer }) => ({ ...layer, bytes: bytesOf(bytes) })),
				layers.map(({ blob, digest, diffId }, at) => ({
					...{ digest, diffId, chainId: image.layers[at]?.chainId, compression },
					bytes: blob,
				})),
			);
		});
	}

	it("is read with docker's media types", async (t) => {
		const docker = "application/vnd.docker";
		const layer = await layerOf({ base: "1" });
		const fixture = imageOf([{ ...layer, mediaType: `${docker}.image.rootfs.diff.tar.gzip` }]);
		const mediaType = `${docker}.distribution.manifest.v2+json`;
		const index = indexOf([descriptorOf(fixture, { mediaType })]);
		const image = await readSound(writeLayout(scratch(t), fixture, { index, blobs: blobsOf([fixture]) }));
		assert.equal(image.manifest.mediaType, mediaType);
		assert.equal(image.layers[0]?.compression, "gzip");
	});

	it("may have no layers, or one layer twice", async (t) => {
		const twice = await layerOf({ "": "" });
		for (const layers of [[], [twice, twice]]) {
			const image = await readSound(writeLayout(scratch(t), imageOf(layers)));
			assert.equal(image.layers.length, layers.length);
		}
	});

	it("may be listed once for each of its names, as buildx does", async (t) => {
		const names = ["app:1", "app:2"].map((name) =>
			descriptorOf(forAmd64, { annotations: { "io.containerd.image.name": name } }),
		);
		assert.equal((await readSound(layoutOf(t, names), amd64)).named, forAmd64.digest);
	});

	for (const mark of marks) {
		it(`may come with attestations marked ${JSON.stringify(mark)}`, async (t) => {
			const { descriptor, blob } = nestedIndex([
				descriptorOf(attestation, mark),
				descriptorOf(forAmd64, { platform: amd64 }),
			]);
			const image = await readSound(layoutOf(t, [descriptor], blob), amd64);
			assert.equal(image.manifest.digest, forAmd64.digest);
			assert.equal(image.named, descriptor["digest"]);
		});
	}

	it("may be behind an index that names no platform", async (t) => {
		const { descriptor, blob } = nestedIndex([descriptorOf(forArm64)]);
		assert.equal((await readSound(layoutOf(t, [descriptor], blob), amd64)).manifest.digest, forArm64.digest);
	});
});

describe("an OCI layout for several platforms", () => {
	const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
	const once = nestedIndex(listed);
	const docker = nestedIndex(listed, dockerList);
	const twice = nestedIndex([{ ...once.descriptor, platform: arm64 }]);

	for (const [what, manifests, blobs] of [
		["in an index", [once.descriptor], [once.blob]],
		["in docker's manifest list", [docker.descriptor], [docker.blob]],
		["in an index in an index", [twice.descriptor], [once.blob, twice.blob]],
		["in index.json itself", listed, []],
	] as const) {
		it(`gives the engine the one for it: ${what}`, async (t) => {
			const image = await readSound(layoutOf(t, manifests, ...blobs), arm64);
			assert.equal(image.manifest.digest, forArm64.digest);
			assert.deepEqual(image.platform, arm64);
		});

		it(`says which there are if none is for it: ${what}`, async (t) => {
			const riscv = { os: "linux", architecture: "riscv64" };
			const said = /platform linux\/riscv64, only for linux\/(amd64, linux\/)?arm64$/;
			await assertRefused(layoutOf(t, manifests, ...blobs), said, riscv);
		});
	}

	it("is found beside its attestations, whatever the order", async (t) => {
		const manifests = [...marks.map((mark) => descriptorOf(attestation, mark)), ...listed];
		for (const order of [manifests, manifests.toReversed()])
			assert.equal((await readSound(layoutOf(t, order), amd64)).manifest.digest, forAmd64.digest);
	});

	it("needs only the blobs of the platform that is wanted", async (t) => {
		const index = indexOf(listed);
		const dir = writeLayout(scratch(t), forArm64, { index, blobs: blobsOf([forArm64]) });
		assert.equal((await readSound(dir, arm64)).manifest.digest, forArm64.digest);
		await assertRefused(dir, new RegExp(`^lacks the blob ${forAmd64.digest}$`), amd64);
	});
});
