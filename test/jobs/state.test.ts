import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hold } from "../../src/cache/hold.ts";
import { encodeName } from "../../src/cache/name.ts";
import { type GenerationId, type JobId, newId } from "../../src/cache/paths.ts";
import { type JobState, parseState } from "../../src/jobs/state.ts";

const now = new Date("2026-11-21T00:00:00Z");
const digest = `sha256:${"a".repeat(64)}`;
const state = {
	me: { runner: "r", job: "j" },
	root: "/cache",
	cache: {
		name: "app",
		limits: { maxAgeMs: 1000, maxSize: { kind: "percent", percent: 10 } },
		carry: { notes: "/temp/carried.json", readOnly: null },
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
	},
	cleanup: {
		inputs: { mode: "job", prefixes: ["a.example"], minAgeMs: 1, keepImages: [], keepBases: "free" },
		arrival: { engineId: "e", mark: newId(now), marked: true, sinceMs: 1000, notes: "/temp/notes.json" },
	},
} as unknown as JobState & { cache: NonNullable<JobState["cache"]> & { pending: object } };

const { cache } = state;
const withCache = (fields: object) => ({ ...state, cache: { ...cache, ...fields } });

describe("what main leaves to post", () => {
	for (const [what, left] of [
		["a berth held, and an engine to clean up", state],
		["nothing held", withCache({ pending: null })],
		["no bound on the size", withCache({ limits: { maxAgeMs: 0 } })],
		["a berth that is only read", withCache({ pending: { ...cache.pending, readOnly: "a fork" } })],
		["nothing to carry", withCache({ carry: null })],
		["no berth", { ...state, cache: null }],
		["no engine to clean up", { ...state, cleanup: null }],
		["an engine that did not answer", { ...state, cleanup: { ...state.cleanup, arrival: null } }],
	] as const) {
		it(`comes back as it was: ${what}`, () => {
			assert.deepEqual(parseState(JSON.stringify(left)), left);
		});
	}

	for (const text of ["", "null", "[]", "{}", "{", JSON.stringify({ ...state, root: 1 })]) {
		it(`is nothing where it is something else: ${text.slice(0, 20)}`, () => {
			assert.equal(parseState(text), undefined);
		});
	}

	it("is in part nothing where a part is something else", () => {
		const text = JSON.stringify({ ...withCache({ limits: {} }), cleanup: { inputs: { mode: "all" } } });
		assert.deepEqual(parseState(text), { ...state, cache: null, cleanup: null });
	});

	it("holds nothing whose names could be paths", () => {
		const { hold } = cache.pending as { hold: Hold };
		for (const clone of [
			{ ...hold.clone, id: "../../etc" },
			{ ...hold.clone, berth: ".." },
			{ ...hold.clone, base: { generation: "/", roots: [] } },
		]) {
			const read = parseState(
				JSON.stringify(withCache({ pending: { hold: { ...hold, clone }, readOnly: null } })),
			);
			assert.equal(read?.cache?.pending, null);
		}
	});
});
