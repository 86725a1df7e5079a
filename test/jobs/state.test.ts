import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeName } from "../../src/cache/name.ts";
import { type GenerationId, type JobId, newId } from "../../src/cache/paths.ts";
import { type JobState, parseState } from "../../src/jobs/state.ts";

const now = new Date("2026-11-21T00:00:00Z");
const digest = `sha256:${"a".repeat(64)}`;
const state = {
	me: { runner: "r", job: "j" },
	root: "/cache",
	name: "app",
	limits: { maxAgeMs: 1000, maxSize: { kind: "percent", percent: 10 } },
	pending: {
		readOnly: null,
		hold: {
			root: "/cache",
			job: newId<JobId>(now),
			clone: {
				id: newId<GenerationId>(now),
				berth: encodeName("app"),
				base: { generation: newId<GenerationId>(now), roots: [{ mediaType: "m", digest, size: 1 }] },
			},
		},
	},
} as unknown as JobState & { pending: NonNullable<JobState["pending"]> };

describe("what main leaves to post", () => {
	for (const [what, left] of [
		["a berth held", state],
		["nothing held", { ...state, pending: null }],
		["no bound on the size", { ...state, limits: { maxAgeMs: 0 } }],
		["a berth that is only read", { ...state, pending: { ...state.pending, readOnly: "a fork" } }],
	] as const) {
		it(`comes back as it was: ${what}`, () => {
			assert.deepEqual(parseState(JSON.stringify(left)), left);
		});
	}

	for (const text of ["", "null", "[]", "{}", "{", JSON.stringify({ ...state, limits: {} })]) {
		it(`is nothing where it is something else: ${text.slice(0, 20)}`, () => {
			assert.equal(parseState(text), undefined);
		});
	}

	it("holds nothing whose names could be paths", () => {
		const { hold } = state.pending;
		for (const clone of [
			{ ...hold.clone, id: "../../etc" },
			{ ...hold.clone, berth: ".." },
			{ ...hold.clone, base: { generation: "/", roots: [] } },
		]) {
			const read = parseState(
				JSON.stringify({ ...state, pending: { hold: { ...hold, clone }, readOnly: null } }),
			);
			assert.equal(read?.pending, null);
		}
	});
});
