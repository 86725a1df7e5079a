import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge, overlaps, traceOf } from "../../src/cleanup/marks.ts";

const day = 24 * 60 * 60 * 1000;
const me = { runner: "r1", job: "j1", nowMs: 100 * day };

function volume(kind: string, id: string, { runner, job, at, brings = "" }: Partial<Said> = {}) {
	const labels = { "berth.job": id.replace(/-c\d+$/, ""), "berth.runner": runner ?? "r2" };
	return {
		name: `berth-${kind}-${id}`,
		labels: { ...labels, "berth.run": job ?? "j", "berth.brings": brings },
		createdMs: at ?? 100 * day - 1000,
	};
}
type Said = { runner: string; job: string; at: number; brings: string };

const ids = (marks: readonly { id: string }[]) => marks.map(({ id }) => id);

describe("the marks in an engine", () => {
	it("tell neighbours from one's own job, and from the dead", () => {
		const marks = judge(
			[
				volume("job", "mine-000", { runner: "r1", job: "j1" }),
				volume("job", "neighbour", { runner: "r2" }),
				volume("job", "killed-00", { runner: "r1", job: "j0" }),
				volume("job", "ancient-0", { runner: "r3", at: 90 * day }),
			],
			me,
		);
		assert.deepEqual(ids(marks.own), ["mine-000"]);
		assert.deepEqual(ids(marks.neighbours), ["neighbour"]);
		assert.deepEqual(ids(marks.dead), ["killed-00", "ancient-0"]);
	});

	it("tell which names a job has claimed, in whatever many claims", () => {
		const [a, b] = [traceOf("cst.oci.local/a:1"), traceOf("cst.oci.local/b:1")];
		const marks = judge(
			[
				volume("job", "neighbour"),
				volume("claim", "neighbour-c1", { brings: a }),
				volume("claim", "neighbour-c2", { brings: b }),
			],
			me,
		);
		assert.deepEqual([...(marks.neighbours[0]?.brings ?? [])], [a, b]);
	});

	it("take a claim that its mark is gone from for a dead job's", () => {
		assert.deepEqual(ids(judge([volume("claim", "orphaned-c1")], me).dead), ["orphaned"]);
	});

	it("are not what only looks like them", () => {
		const named = volume("job", "neighbour");
		const others = [
			{ ...named, name: "berth-job-another0" },
			{ ...named, name: "berth-neighbour" },
			{ ...named, labels: {} },
			{ ...named, name: "my-berth-job-neighbour" },
			{ ...named, name: "berth-job-../../x", labels: { "berth.job": "../../x" } },
		];
		const { own, neighbours, dead, past } = judge(others, me);
		assert.deepEqual([own, neighbours, dead, past], [[], [], [], []]);
	});

	it("tell of jobs that are over, but ran at the same time", () => {
		const marks = judge([volume("past", "finished", { at: 99 * day })], me);
		assert.equal(overlaps(marks, 98 * day), true);
		assert.equal(overlaps(marks, 99 * day), true);
		assert.equal(overlaps(marks, 99 * day + 1000), false);
	});
});
