import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatRecord, newSalt, parseRecord, type StepRecord } from "../../src/build/step-record.ts";

const step = {
	stage: "build",
	text: "RUN make",
	aspects: { "env.A": "1f0" },
	images: [`alpine@sha256:${"a".repeat(64)}`],
	after: [],
	listing: { complete: true, files: { "src/main.c": "644:3:0123456789abcdef" } },
};
const record: StepRecord = {
	salt: newSalt(),
	values: { A: "abc" },
	steps: [step, { ...step, after: [0], listing: undefined }],
};

describe("the record of a build's steps", () => {
	it("is read as it was written", () => {
		assert.deepEqual(parseRecord(formatRecord(record)), record);
	});

	it("is none where it would be too long to be read", () => {
		const files = Object.fromEntries(
			Array.from({ length: 60_000 }, (_, at) => [`${"x".repeat(60)}${at}`, "y"]),
		);
		assert.equal(
			formatRecord({ ...record, steps: [{ ...step, listing: { complete: true, files } }] }),
			undefined,
		);
	});

	const text = formatRecord(record) ?? "";
	const rubbish: Readonly<Record<string, string | undefined>> = {
		nothing: undefined,
		"no JSON": text.slice(0, -9),
		"a list": "[]",
		"another version": text.replace('"version":1', '"version":2'),
		"a salt that is none": text.replace(record.salt, "x"),
		"a step that is none": text.replace('"steps":[', '"steps":[null,'),
		"a step after one that is not there": text.replace('"after":[0]', '"after":[2]'),
		"a step before the first": text.replace('"after":[0]', '"after":[-1]'),
		"an image with a line break": text.replace("alpine@", "al\\npine@"),
		"an image with half a digest": text.replace(/a{64}/, "a"),
		"an aspect that is a number": text.replace('"1f0"', "1"),
		"files that are a list": text.replace(/"files":\{[^}]*\}/, '"files":[]'),
		"a text without end": text.replace('"RUN make"', JSON.stringify("x".repeat(5000))),
	};
	for (const [what, each] of Object.entries(rubbish))
		it(`is none if it is ${what}`, () => assert.equal(parseRecord(each), undefined));
});
