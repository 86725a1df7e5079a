import { describe, it, type TestContext } from "node:test";
import type { Digest } from "../../src/image/digest.ts";
import { sha256 } from "../../src/image/image.ts";
import {
	blobsOf,
	descriptorOf,
	type FixtureImage,
	imageOf,
	indexOf,
	layerOf,
	types,
	writeLayout,
} from "./fixtures.ts";
import { assertRefused, scratch } from "./reading.ts";

const [plain, packed] = [await layerOf({ base: "1" }, "tar"), await layerOf({ app: "2" })];
const sound = imageOf([plain, packed]);
const hex = "0".repeat(64);

/** A layout whose manifest is the sound one, changed. */
function withManifest(t: TestContext, changes: object, config: Buffer = sound.config): string {
	const text = { ...JSON.parse(sound.manifest.toString()), ...changes };
	const manifest = Buffer.from(JSON.stringify(text));
	return layoutWith(t, { ...sound, manifest, digest: sha256(manifest), config });
}

/** A layout whose manifest names this config, with its right digest. */
function withConfig(t: TestContext, config: Buffer, mediaType: string = types.config): string {
	const descriptor = { mediaType, digest: sha256(config), size: config.length };
	return withManifest(t, { config: descriptor }, config);
}

function layoutWith(t: TestContext, image: FixtureImage, index?: Buffer): string {
	return writeLayout(scratch(t), image, index === undefined ? {} : { index, blobs: blobsOf([image]) });
}

const digests: Readonly<Record<string, unknown>> = {
	"a path": "../x",
	"a path behind sha256": "sha256:../../etc/passwd",
	"a path of the right length": `sha256:${"../".repeat(21)}x`,
	"an absolute path": "/etc/passwd",
	"upper-case hex": `sha256:${"A".repeat(64)}`,
	"another algorithm": `sha512:${"0".repeat(128)}`,
	"one digit short": `sha256:${hex.slice(1)}`,
	"a line too long": `sha256:${hex}\n`,
	"no text": 7,
	"a list": [`sha256:${hex}`],
	"nothing at all": undefined,
};

describe("a digest that is none", () => {
	for (const [what, digest] of Object.entries(digests)) {
		it(`is refused in index.json: ${what}`, async (t) => {
			const index = indexOf([{ mediaType: types.manifest, digest, size: 1 }]);
			await assertRefused(layoutWith(t, sound, index), /index\.json .* which is no sha256 digest$/);
		});

		it(`is refused in a manifest: ${what}`, async (t) => {
			const descriptor = { mediaType: plain.mediaType, digest, size: 1 };
			for (const changes of [{ config: descriptor }, { layers: [descriptor, descriptor] }])
				await assertRefused(withManifest(t, changes), /^names a blob .* which is no sha256 digest$/);
		});

		it(`is refused in a config: ${what}`, async (t) => {
			const rootfs = { type: "layers", diff_ids: [digest, digest] };
			const config = Buffer.from(JSON.stringify({ ...sound.platform, rootfs }));
			await assertRefused(withConfig(t, config), /config whose diff ids are no sha256 digests$/);
		});
	}
});

describe("a size that is none", () => {
	for (const size of [-1, 0.5, 2 ** 53, "1", null, undefined]) {
		it(`is refused: ${size}`, async (t) => {
			const index = indexOf([descriptorOf(sound, { size })]);
			await assertRefused(layoutWith(t, sound, index), /index\.json that gives sha256:[0-9a-f]+ the size/);
		});
	}
});

describe("a media type that is unknown", () => {
	it("is named: of a manifest", async (t) => {
		for (const mediaType of ["application/vnd.oci.artifact.v2", "", undefined]) {
			const index = indexOf([descriptorOf(sound, { mediaType })]);
			await assertRefused(layoutWith(t, sound, index), /unknown media type "(application.*)?"$/);
		}
	});

	it("is named: of a config, as of a helm chart", async (t) => {
		const helm = "application/vnd.cncf.helm.config.v1+json";
		await assertRefused(withConfig(t, Buffer.from("{}"), helm), /config of the unknown media type ".*helm/);
	});

	it("is named: of a layer", async (t) => {
		const mediaType = "application/vnd.oci.image.layer.v1.tar+brotli";
		const layers = [plain, packed].map(({ digest, blob }) => ({ mediaType, digest, size: blob.length }));
		await assertRefused(withManifest(t, { layers }), /layer sha256:.* unknown media type ".*\+brotli"$/);
	});
});

describe("a config that doesn't fit its manifest", () => {
	const described = (diffIds: readonly Digest[]) =>
		Buffer.from(JSON.stringify({ ...sound.platform, rootfs: { type: "layers", diff_ids: diffIds } }));

	it("is refused with the numbers of layers", async (t) => {
		const few = described([plain.diffId]);
		await assertRefused(withConfig(t, few), /lists 1 layers where the manifest lists 2$/);
	});

	it("is refused with the layer that is another", async (t) => {
		const other = described([packed.diffId, packed.diffId]);
		const said = new RegExp(`lists ${packed.diffId} where the manifest lists ${plain.digest}$`);
		await assertRefused(withConfig(t, other), said);
	});

	for (const text of ["", "{}", "[]", "null", '{"os":"linux","architecture":"amd64"}', "not JSON"]) {
		it(`is refused as no image's: ${JSON.stringify(text)}`, async (t) => {
			await assertRefused(withConfig(t, Buffer.from(text)), /^has a config that is not an image's$/);
		});
	}
});
