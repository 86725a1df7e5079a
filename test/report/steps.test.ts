import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StepReport } from "../../src/report/report.ts";
import { renderSteps } from "../../src/report/steps.ts";

const step = (name: string, more: Partial<StepReport> = {}): StepReport => ({
	...{ name, state: "ran", startedAt: 0, seconds: 1 },
	...more,
});

describe("the steps in the summary", () => {
	it("are a row each, with what became of them, and why the first was not in the cache", () => {
		const steps = [
			step("[1/3] COPY a .", { state: "cached", seconds: 0.4 }),
			step("[2/3] RUN make", { seconds: 61 }),
			step("[3/3] RUN x", { state: "failed", startedAt: 61 }),
		];
		const miss = { step: "[2/3] RUN make", cause: "text", detail: "it was `make|x`" } as const;
		assert.deepEqual(renderSteps(steps, miss).split("\n"), [
			"| Step |  | Took |",
			"|---|---|---|",
			"| &#91;1/3&#93; COPY a . | cached |  |",
			"| &#91;2/3&#93; RUN make | run, first not in the cache: it was &#96;make&#124;x&#96; | 1 min 1 s |",
			"| &#91;3/3&#93; RUN x | **failed** | 1.0 s |",
			"",
			"```mermaid",
			"gantt",
			"\tdateFormat x",
			"\taxisFormat %-M:%S",
			"\t[2/3] RUN make (1 min 1 s) :0, 61000",
			"\t[3/3] RUN x (1.0 s) :crit, 61000, 62000",
			"```",
			"",
		]);
	});

	it("are no more than forty rows, the rest summed up", () => {
		const steps = Array.from({ length: 100 }, (_, at) =>
			step(`[${at}/100] RUN`, at % 2 ? {} : { state: "cached" }),
		);
		const text = renderSteps(steps);
		assert.equal(text.match(/^\| &#91;/gm)?.length, 40);
		assert.match(text, /^\| … and 60 more \| 30 cached, 30 run \| 30\.0 s \|$/m);
		assert.equal(text.match(/^\t.* :\d+, \d+$/gm)?.length, 30);
	});

	it("have no timeline where it would tell nothing", () => {
		assert.doesNotMatch(renderSteps([step("[1/1] RUN x")]), /mermaid/);
		assert.doesNotMatch(
			renderSteps([step("[1/2] a", { seconds: 0 }), step("[2/2] b", { state: "cached" })]),
			/mermaid/,
		);
	});

	// What mermaid 11.17's parser takes each for was tried with 3,000 names of chance: one task, its own times.
	const nasty = [
		'a: b; c # d "e" `f` <g> & %% h',
		"```\n```",
		"section x",
		"x".repeat(500),
		"\u2028\u202e",
		"",
		"dateFormat y",
	];
	for (const name of nasty)
		it(`breaks at no name: ${JSON.stringify(name.slice(0, 30))}`, () => {
			const text = renderSteps([step(name), step("[2/2] RUN other", { startedAt: 1 })]);
			assert.equal(text.match(/```/g)?.length, 2);
			const bars = text.split("```")[1]?.split("\n").slice(4, -1) ?? [];
			assert.equal(bars.length, 2, text);
			assert.match(bars[0] ?? "", /^\t[[·][^:;#"`<>&%\p{C}]{0,80} :0, 1000$/u);
		});
});
