import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readConfig } from "../../src/image/config.ts";
import { sha256 } from "../../src/image/image.ts";
import { assertUnfit } from "./reading.ts";

const diffId = sha256(Buffer.from("layer"));
const sound = {
	os: "linux",
	architecture: "arm",
	variant: "v7",
	rootfs: { type: "layers", diff_ids: [diffId] },
};

function read(config: unknown): ReturnType<typeof readConfig> {
	return readConfig(Buffer.from(JSON.stringify(config)));
}

describe("an image's config", () => {
	it("says what the image runs on, and what its layers are unpacked", () => {
		const platform = { os: "linux", architecture: "arm", variant: "v7" };
		assert.deepEqual(read(sound), { platform, diffIds: [diffId] });
	});

	it("need not name a variant, and may have no layers", () => {
		const { variant: _, ...plain } = sound;
		const platform = { os: "linux", architecture: "arm" };
		const empty = { type: "layers", diff_ids: [] };
		for (const variant of [{}, { variant: "" }, { variant: null }])
			assert.deepEqual(read({ ...plain, ...variant, rootfs: empty }), { platform, diffIds: [] });
	});

	for (const [what, config] of [
		["no object", null],
		["a helm chart's", { name: "chart", version: "1.0.0", apiVersion: "v2" }],
		["without an operating system", { ...sound, os: "" }],
		["without an architecture", { ...sound, architecture: undefined }],
		["with an architecture that is a path", { ...sound, architecture: "../x" }],
		["with a root file system of another kind", { ...sound, rootfs: { type: "blocks", diff_ids: [] } }],
		["with diff ids that are no list", { ...sound, rootfs: { type: "layers", diff_ids: { length: 1 } } }],
	] as const) {
		it(`is none: ${what}`, () => assertUnfit(read(config), /^has a config that is not an image's$/));
	}

	it("has no more layers than anybody can mean", () => {
		const rootfs = { type: "layers", diff_ids: Array(10_001).fill(diffId) };
		assertUnfit(read({ ...sound, rootfs }), /^has 10001 layers, over the bound of 10000$/);
	});
});
