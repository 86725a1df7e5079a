import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "junit2json";
import { junitOf } from "../../src/report/junit.ts";
import { aFailure, aReport, aTest, nasty } from "./tested.ts";

/** As an independent reader has it, with a strict XML parser. */
async function read(xml: string) {
	const suites = await parse(xml);
	assert.ok(suites && "errors" in suites);
	return { testsuite: [], ...suites };
}

describe("the JUnit report", () => {
	const reports = [
		aReport([aTest(), aFailure(["first", "second"], { stdout: "out", stderr: "err", seconds: 1 })]),
		aReport([], {
			image: "other",
			config: "b.json",
			seconds: 0.5,
			problem: { reason: "it tests nothing", line: 3 },
		}),
	];

	it("counts tests, failures, errors and time, in each suite and in all", async () => {
		const { testsuite, ...all } = await read(junitOf(reports));
		assert.deepEqual(all, { name: "Berth", tests: 3, failures: 1, errors: 1, skipped: 0, time: 1.7 });
		assert.deepEqual(
			testsuite.map(({ testcase: _, ...suite }) => suite),
			[
				{
					...{ name: "app:1 tests/app.yaml", file: "tests/app.yaml" },
					...{ tests: 2, failures: 1, errors: 0, skipped: 0, time: 1.2 },
				},
				{
					...{ name: "other b.json", file: "b.json" },
					...{ tests: 1, failures: 0, errors: 1, skipped: 0, time: 0.5 },
				},
			],
		);
	});

	it("has a case for each test, with its place, reasons and outputs", async () => {
		const { testsuite } = await read(junitOf(reports));
		const place = { classname: "app:1 tests/app.yaml", file: "tests/app.yaml", line: 4 };
		assert.deepEqual(testsuite[0]?.testcase, [
			{ name: "Command Test: ls", ...place, time: 0.25 },
			{
				name: "Command Test: ls",
				...place,
				time: 1,
				failure: [{ message: "first; second", type: "failure", inner: "first\nsecond" }],
				"system-out": ["out"],
				"system-err": ["err"],
			},
		]);
	});

	it("has a case with an error for a config that failed as a whole", async () => {
		const { testsuite } = await read(junitOf(reports));
		assert.deepEqual(testsuite[1]?.testcase, [
			{
				...{ name: "b.json", classname: "other b.json", file: "b.json", line: 3, time: 0 },
				error: [{ message: "it tests nothing", type: "config", inner: "it tests nothing" }],
			},
		]);
	});

	it("parses whatever the tests printed, and keeps of it what XML can hold", async () => {
		const test = aFailure([nasty], { name: nasty, stdout: nasty, stderr: allCharacters() });
		const xml = junitOf([aReport([test], { image: nasty, config: nasty })]);
		// What XML 1.0 allows (its production 2), and surrogates in pairs only.
		assert.doesNotMatch(xml, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
		const { testsuite } = await read(xml);
		const kept =
			"red\ufffd\r\n::error::injected\n##[error]too\u2028]]><x a='\"&amp;\ufffd\ufffd\u0085 \u{1f600}\ttab";
		assert.equal(testsuite[0]?.name, `${kept} ${kept}`);
		assert.deepEqual(testsuite[0]?.testcase?.[0]?.["system-out"], [kept]);
	});

	it("keeps the end of a huge output, and says what is missing", async () => {
		const stdout = `${"x".repeat(1_000_000)}\u{1f600}${"y".repeat(65_535)}`;
		const xml = junitOf([aReport([aFailure([stdout], { stdout })])]);
		assert.ok(xml.length < 140_000);
		const { testsuite } = await read(xml);
		const kept = `[1000001 characters before this are left out]\n\ufffd${"y".repeat(65_535)}`;
		assert.deepEqual(testsuite[0]?.testcase?.[0]?.["system-out"], [kept]);
	});

	it("is whole without a single test", async () => {
		assert.deepEqual(await read(junitOf([])), {
			...{ name: "Berth", tests: 0, failures: 0, errors: 0, skipped: 0, time: 0, testsuite: [] },
		});
	});
});

function allCharacters(): string {
	return Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code))
		.join("x")
		.slice(-60_000);
}
