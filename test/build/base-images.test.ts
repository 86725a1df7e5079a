import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { baseImages } from "../../src/build/base-images.ts";

const hex = (letter: string) => letter.repeat(64);
const material = (uri: unknown, sha256: unknown = hex("a")) => ({ uri, digest: { sha256 } });
const metadata = (materials: unknown, key = "buildx.build.provenance") =>
	JSON.stringify({ [key]: { builder: { id: "" }, materials } });
const one = (uri: unknown, sha256?: unknown) => baseImages(metadata([material(uri, sha256)]));
const digest = `sha256:${hex("a")}`;
const platforms = ["linux/amd64"];

describe("the base images of a build", () => {
	// As BuildKit 0.25 writes them.
	for (const [uri, base] of [
		["pkg:docker/alpine@3.22?platform=linux%2Famd64", ["docker.io/library/alpine", "3.22"]],
		["pkg:docker/docker/dockerfile@1?platform=linux%2Famd64", ["docker.io/docker/dockerfile", "1"]],
		["pkg:docker/127.0.0.1:5000/team/base@1?platform=linux%2Famd64", ["127.0.0.1:5000/team/base", "1"]],
		[
			`pkg:docker/registry.example/o/i@v1?digest=sha256:${hex("a")}&platform=linux%2Famd64`,
			["registry.example/o/i", "v1"],
		],
		[`pkg:docker/localhost/i?digest=sha256:${hex("a")}&platform=linux%2Famd64`, ["localhost/i", undefined]],
		["pkg:docker/localhost%3A5000/i@1?platform=linux%2Famd64", ["localhost:5000/i", "1"]],
	] as const)
		it(`are read from ${uri.slice(0, 60)}`, () => {
			assert.deepEqual(one(uri), [{ name: base[0], tag: base[1], digest, platforms }]);
		});

	it("may be for no platform that is told", () => {
		assert.deepEqual(one("pkg:docker/alpine@3"), [
			{ name: "docker.io/library/alpine", tag: "3", digest, platforms: [] },
		]);
	});

	it("are each one, however many platforms used it", () => {
		const text = JSON.stringify(
			Object.fromEntries(
				["linux/amd64", "linux/arm64"].map((platform) => [
					`buildx.build.provenance/${platform}`,
					{ materials: [material(`pkg:docker/alpine@3?platform=${encodeURIComponent(platform)}`)] },
				]),
			),
		);
		assert.deepEqual(baseImages(text), [
			{ name: "docker.io/library/alpine", tag: "3", digest, platforms: ["linux/amd64", "linux/arm64"] },
		]);
	});

	it("are two if a name meant two", () => {
		const text = metadata([material("pkg:docker/alpine@3"), material("pkg:docker/alpine@3", hex("b"))]);
		assert.equal(baseImages(text).length, 2);
	});

	it("are never more than anyone would have", () => {
		const many = Array.from({ length: 1000 }, (_, at) => material(`pkg:docker/base${at}@1`));
		assert.equal(baseImages(metadata(many)).length, 100);
	});
});

describe("no base image is", () => {
	for (const [what, uri, sha256] of [
		["a Git repository", "https://github.com/o/r.git#main"],
		["a URL", "https://example.org/file"],
		["an OCI layout", "pkg:oci/base@1"],
		["a purl without a name", "pkg:docker/"],
		["no text", 7],
		["what has a short digest", "pkg:docker/alpine@3", "abc"],
		["what has none", "pkg:docker/alpine@3", undefined],
		["a name with an option in it", "pkg:docker/--help@3"],
		["a name with a space in it", "pkg:docker/al%20pine@3"],
		["a name with a line break in it", "pkg:docker/alpine%0A@3"],
		["a tag that is none", "pkg:docker/alpine@%2Fetc"],
		["a broken escape", "pkg:docker/alpine%@3"],
	] as const)
		it(what, () => {
			const text = metadata([
				{ uri, digest: { sha256: what === "what has none" ? undefined : (sha256 ?? hex("a")) } },
			]);
			assert.deepEqual(baseImages(text), []);
		});

	for (const text of ["", "{", "[]", metadata(undefined), metadata({}), metadata([null, 1, "x", []])])
		it(JSON.stringify(text).slice(0, 60), () => assert.deepEqual(baseImages(text), []));

	it("in what isn't a provenance", () => {
		assert.deepEqual(baseImages(metadata([material("pkg:docker/alpine@3")], "other")), []);
	});
});
