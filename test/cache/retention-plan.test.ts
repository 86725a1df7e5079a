import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeName } from "../../src/cache/name.ts";
import { type BerthUse, planRetention } from "../../src/cache/retention-plan.ts";

const now = new Date("2026-08-01T00:00:00Z");
const day = 24 * 60 * 60 * 1000;

/** A berth used so many days ago, with files given as inode and bytes; one in use has a star. */
function berth(name: string, daysAgo: number, files: Readonly<Record<string, number>> = {}): BerthUse {
	return {
		berth: encodeName(name.replace("*", "")),
		lastUsedMs: now.getTime() - daysAgo * day,
		inUse: name.endsWith("*"),
		files: new Map(Object.entries(files)),
	};
}

type Case = {
	readonly what: string;
	readonly berths: readonly BerthUse[];
	readonly maxBytes?: number;
	/** What goes, in order, as `name reason`. */
	readonly go: readonly string[];
	/** What would have to go if it weren't in use. */
	readonly spared?: readonly string[];
};

const cases: readonly Case[] = [
	{ what: "nothing from nothing", berths: [], maxBytes: 0, go: [] },
	{
		what: "what was used within the time stays",
		berths: [berth("a", 0), berth("b", 13), berth("c", 14)],
		go: [],
	},
	{
		what: "what was not used for longer goes, oldest first",
		berths: [berth("a", 15), berth("b", 1), berth("c", 100)],
		go: ["c age", "a age"],
	},
	{
		what: "a clock that was ahead takes nothing away",
		berths: [berth("a", -400)],
		go: [],
	},
	{
		what: "what a job has open stays, however old",
		berths: [berth("a*", 100, { 1: 100 }), berth("b", 100, { 2: 100 })],
		maxBytes: 0,
		go: ["b age"],
		spared: ["a"],
	},
	{
		what: "without a bound no size is too much",
		berths: [berth("a", 1, { 1: Number.MAX_SAFE_INTEGER })],
		go: [],
	},
	{
		what: "what fits to the byte stays",
		berths: [berth("a", 1, { 1: 60 }), berth("b", 2, { 2: 40 })],
		maxBytes: 100,
		go: [],
	},
	{
		what: "over the bound the least recently used goes, and no more than need be",
		berths: [berth("a", 3, { 1: 60 }), berth("b", 5, { 2: 40 }), berth("c", 4, { 3: 1 })],
		maxBytes: 100,
		go: ["b size"],
	},
	{
		what: "age goes before size, and what it frees counts",
		berths: [berth("old", 20, { 1: 50 }), berth("a", 2, { 2: 60 }), berth("b", 1, { 3: 40 })],
		maxBytes: 100,
		go: ["old age"],
	},
	{
		what: "what a job has open counts, and others make way for it",
		berths: [berth("a*", 9, { 1: 100 }), berth("b", 2, { 2: 1 }), berth("c", 1, { 3: 1 })],
		maxBytes: 101,
		go: ["b size"],
		spared: ["a"],
	},
	{
		what: "a file that two berths share counts once",
		berths: [berth("a", 2, { base: 90, 1: 5 }), berth("b", 1, { base: 90, 2: 5 })],
		maxBytes: 100,
		go: [],
	},
	{
		what: "a file that a berth shares is not freed until its last holder goes",
		berths: [berth("a", 3, { base: 90, 1: 5 }), berth("b", 2, { base: 90, 2: 5 }), berth("c", 1, { 3: 20 })],
		maxBytes: 100,
		go: ["a size", "b size"],
	},
	{
		what: "nor when its other holder went for its age: the file is the younger one's then",
		berths: [berth("old", 20, { base: 90 }), berth("a", 2, { base: 90 }), berth("b", 1, { 1: 20 })],
		maxBytes: 100,
		go: ["old age", "a size"],
	},
	{
		what: "a bound of nothing takes all that is not in use",
		berths: [berth("a", 1, { 1: 1 }), berth("b*", 2, { 2: 1 }), berth("c", 3, { 3: 1 })],
		maxBytes: 0,
		go: ["c size", "a size"],
		spared: ["b"],
	},
];

describe("what retention takes", () => {
	for (const { what, berths, maxBytes, go, spared = [] } of cases) {
		test(what, () => {
			const limits = { maxAgeMs: 14 * day, ...(maxBytes === undefined ? {} : { maxBytes }) };
			for (const given of [berths, berths.toReversed()]) {
				const plan = planRetention(given, limits, now);
				assert.deepEqual(
					plan.removals.map(({ berth, reason }) => `${berth} ${reason}`),
					go,
				);
				assert.deepEqual(plan.spared, spared);
			}
		});
	}
});
