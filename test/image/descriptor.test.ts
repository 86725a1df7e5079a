import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asDescriptors, show } from "../../src/image/descriptor.ts";
import { sha256 } from "../../src/image/image.ts";
import { isUnfit } from "../../src/image/unfit.ts";
import { assertOneLine, assertUnfit } from "./reading.ts";

const digest = sha256(Buffer.from("blob"));
const sound = { mediaType: "a/b", digest, size: 4 };

describe("descriptors", () => {
	it("are taken with what is needed of them, and no more", () => {
		const more = {
			urls: ["x"],
			data: "AAAA",
			platform: { os: "linux", architecture: "amd64", "os.version": "1" },
		};
		const [plain, full] = [sound, { ...sound, ...more }];
		assert.deepEqual(asDescriptors([plain, full]), [
			{ ...sound, attestation: false },
			{ ...sound, platform: { os: "linux", architecture: "amd64" }, attestation: false },
		]);
	});

	it("are attestations if they are marked so", () => {
		const marks = [
			{ annotations: { "vnd.docker.reference.type": "attestation-manifest" } },
			{ platform: { os: "unknown", architecture: "unknown" } },
		];
		const read = asDescriptors(marks.map((mark) => ({ ...sound, ...mark })));
		assert.ok(!isUnfit(read));
		assert.ok(read.every(({ attestation }) => attestation));
	});

	it("are refused all if one is none", () => {
		assertUnfit(
			asDescriptors([sound, { ...sound, digest: "x" }]),
			/^names a blob "x", which is no sha256 digest$/,
		);
		for (const list of [undefined, null, {}, "abc", { length: 1, 0: sound }])
			assertUnfit(asDescriptors(list), /^has a list of blobs that is none$/);
	});
});

describe("an untrusted value in a message", () => {
	for (const value of [
		...["", "text", 'a "quoted" one', 7, null, undefined, true, [], {}, [["x"]]],
		...["a\nb\r\x1b[2J", "\u009b2J", "\u2028\u2029", "\u202eright to left", "x".repeat(10_000), "\ud800"],
	]) {
		it(`is short, and on one line: ${JSON.stringify(value)?.slice(0, 30)}`, () => {
			assertOneLine(show(value));
			assert.ok(show(value).length <= 120);
			assert.doesNotMatch(show(value), /\p{Cf}/u);
		});
	}

	it("is shown as it is written", () => {
		assert.deepEqual(['a "b"', 7, undefined].map(show), ['"a \\"b\\""', "7", "undefined"]);
	});
});
