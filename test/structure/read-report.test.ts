import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Ending, readReport } from "../../src/structure/read-report.ts";

const one = { Name: "Command Test: x", Pass: true, Stdout: "out", Duration: 1_500_000_000 };
const reportOf = (...results: readonly object[]) =>
	JSON.stringify({ Total: results.length, Results: results });

function read(ending: Partial<Ending>) {
	return readReport({ report: reportOf(one), stderr: "", how: "exited with code 0", ok: true, ...ending });
}

/** Endings that are no pass, whatever the tests that are told of; what is said of them. */
const failures: readonly (readonly [name: string, ending: Partial<Ending>, reason: RegExp | string])[] = [
	[
		"no report",
		{ report: "", how: "was ended by SIGSEGV" },
		/^container-structure-test was ended by SIGSEGV and said/,
	],
	["a report cut short", { report: reportOf(one).slice(0, -1) }, /said nothing$/],
	["a report of another kind", { report: "[]" }, /said nothing$/],
	["a report that lost a test", { report: JSON.stringify({ Total: 2, Results: [one] }) }, /said nothing$/],
	["a report without tests", { report: JSON.stringify({ Pass: 0, Total: 0 }), ok: false }, "tests nothing"],
	[
		"no report, but words",
		{ report: "", stderr: "first\nError: unknown flag: --x\n" },
		"Error: unknown flag: --x",
	],
	[
		"no report, but a log",
		{ report: "", stderr: 'time="2024-01-01T00:00:00Z" level=fatal msg="it \\"broke\\"\\nhere"\n' },
		'it "broke" here',
	],
	["a log without quotes", { report: "", stderr: "time=1 level=fatal msg=FAIL" }, "FAIL"],
	["a log of Go's own quotes", { report: "", stderr: 'level=fatal msg="a\\x00b"' }, "a\\x00b"],
	[
		"a fall",
		{
			report: "",
			stderr: "panic: runtime error: index out of range [1]\n\ngoroutine 1 [running]:\nmain.main()\n",
		},
		"container-structure-test fell over: panic: runtime error: index out of range [1]",
	],
	[
		"all passed, but it failed",
		{ ok: false, how: "exited with code 3" },
		/^every test passed, but .* exited with code 3/,
	],
	["a test left out", { stderr: 'level=error msg="no command"\nlevel=error msg="no command"' }, "no command"],
];

describe("the report of container-structure-test", () => {
	it("is read test by test, in seconds", () => {
		const failed = { Name: "License Test", Pass: false, Errors: ["a\nb", "c"], Stderr: "err" };
		const { tests, problem } = read({ report: reportOf(one, failed), ok: false, how: "exited with code 1" });
		assert.equal(problem, null);
		assert.deepEqual(tests, [
			{
				name: "Command Test: x",
				passed: true,
				seconds: 1.5,
				errors: [],
				stdout: "out",
				stderr: "",
				line: null,
			},
			{
				name: "License Test",
				passed: false,
				seconds: 0,
				errors: ["a\nb", "c"],
				stdout: "",
				stderr: "err",
				line: null,
			},
		]);
	});

	it("may have warnings beside it", () => {
		assert.equal(read({ stderr: 'level=warning msg="error removing image: no such image"' }).problem, null);
	});

	for (const [name, ending, reason] of failures) {
		it(`is no pass: ${name}`, () => {
			const { problem } = read(ending);
			if (typeof reason === "string") assert.equal(problem?.reason, reason);
			else assert.match(problem?.reason ?? "", reason);
		});
	}

	it("is no pass whatever is in it", () => {
		for (const value of [
			null,
			1,
			"x",
			{},
			{ Total: 1 },
			{ Total: 1, Results: {} },
			{ Total: "1", Results: [one] },
		])
			assert.notEqual(read({ report: JSON.stringify(value) }).problem, null, JSON.stringify(value));
		const odd = [{ Name: 7, Pass: "true", Errors: [1, null], Duration: -1 }, null, "x"];
		const { tests } = read({ report: JSON.stringify({ Total: 3, Results: odd }) });
		assert.deepEqual(
			tests.map(({ passed, seconds }) => [passed, seconds]),
			[
				[false, 0],
				[false, 0],
				[false, 0],
			],
		);
	});

	it("names the line of a config that doesn't parse, on one line", () => {
		const error = "error parsing config file: yaml: unmarshal errors:\n  line 12: field x not found";
		const { problem } = read({ report: reportOf({ Name: "", Pass: false, Errors: [error] }), ok: false });
		assert.deepEqual(problem, { reason: "yaml: unmarshal errors: line 12: field x not found", line: 12 });
	});

	it("is told of shortly, however much it says", () => {
		const { problem } = read({ report: "", stderr: "x".repeat(10_000) });
		assert.equal(problem?.reason.length, 501);
	});
});
