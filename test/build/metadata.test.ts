import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseMetadata } from "../../src/build/metadata.ts";

const MANIFEST = `sha256:${"a".repeat(64)}`;
const CONFIG = `sha256:${"b".repeat(64)}`;

test("a single image is identified by its config, as docker/build-push-action's imageid", () => {
	const text = JSON.stringify({
		"containerimage.config.digest": CONFIG,
		"containerimage.digest": MANIFEST,
		"image.name": "docker.io/u/a:1,docker.io/u/a:2",
	});
	assert.deepEqual(parseMetadata(` ${text}\n`), {
		imageId: CONFIG,
		digest: MANIFEST,
		imageName: "docker.io/u/a:1,docker.io/u/a:2",
		raw: text,
	});
});

test("several platforms at once are identified by their index", () => {
	const metadata = parseMetadata(JSON.stringify({ "containerimage.digest": MANIFEST }));
	assert.equal(metadata.imageId, MANIFEST);
	assert.equal(metadata.digest, MANIFEST);
});

test("a build without an image, into a directory say, has no digest but a report", () => {
	assert.deepEqual(parseMetadata('{"buildx.build.ref":"b/b0/x"}'), { raw: '{"buildx.build.ref":"b/b0/x"}' });
});

describe("what isn't a report is as none", () => {
	for (const text of ["", "null", "[]", '"x"', "12", "{", '{"a":1} trailing']) {
		test(JSON.stringify(text), () => assert.deepEqual(parseMetadata(text), { raw: "" }));
	}
});

describe("what isn't a digest never becomes an output", () => {
	for (const digest of [
		"sha256:abc",
		`${MANIFEST}\n::set-output`,
		MANIFEST.toUpperCase(),
		7,
		null,
		[MANIFEST],
	]) {
		test(JSON.stringify(digest), () => {
			const text = JSON.stringify({ "containerimage.digest": digest, "image.name": 3 });
			assert.deepEqual(parseMetadata(text), { raw: text });
		});
	}
});
