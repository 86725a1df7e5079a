import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Occasion } from "../../src/build/miss.ts";
import type { Planned } from "../../src/build/step-facts.ts";
import type { Noted, StepRecord } from "../../src/build/step-record.ts";
import type { BuildStep } from "../../src/build/steps.ts";
import { firstMiss, whyMissed } from "../../src/build/why-missed.ts";

const image = (digit: string, name = "alpine:3") => `${name}@sha256:${digit.repeat(64)}`;
const made = { stage: "", aspects: {}, images: [], after: [], taken: [], remotes: [], line: 1 };
const context = { local: "context", paths: ["/src"], excludes: [] };

function step(text: string, more: Partial<Planned> = {}): Planned {
	return { ...made, name: `[1/1] ${text}`, text, ...more };
}

function occasion(plan: readonly Planned[], more: Partial<Occasion> = {}): Occasion {
	const states = new Map(plan.map(({ name }): [string, BuildStep["state"]] => [name, "ran"]));
	const rest = { cache: "max", noCache: false, noCacheFilters: [] } as const;
	return { plan, listings: [], values: {}, states, ...rest, ...more };
}

function record(steps: readonly (Planned & Partial<Noted>)[], values = {}): StepRecord {
	return { salt: "0".repeat(32), values, steps: steps.map((each) => ({ ...each, listing: each.listing })) };
}

function reason(
	now: Occasion,
	was: StepRecord | undefined,
): readonly [string | undefined, string | undefined] {
	const miss = whyMissed(now, was);
	return [miss?.cause, miss?.detail];
}

describe("the first step that the cache did not have", () => {
	const plan = [
		step("RUN a", { line: 5 }),
		step("RUN b", { line: 9, after: [0] }),
		step("RUN c", { line: 3 }),
		step("COPY d", { line: 12, after: [1, 2] }),
	];
	const statesOf = (...states: BuildStep["state"][]) =>
		new Map(plan.map(({ name }, at) => [name, states[at] ?? "cached"] as const));

	it("is one whose inputs were all there, and of several the Dockerfile's first", () => {
		assert.equal(firstMiss(occasion(plan, { states: statesOf("cached", "ran", "cached", "ran") })), 1);
		assert.equal(firstMiss(occasion(plan, { states: statesOf("cached", "ran", "ran", "ran") })), 2);
		assert.equal(firstMiss(occasion(plan, { states: statesOf("ran", "ran", "cached", "failed") })), 0);
	});

	it("is none where all were there, or never begun", () => {
		assert.equal(firstMiss(occasion(plan, { states: statesOf() })), null);
		assert.equal(whyMissed(occasion(plan, { states: new Map() }), undefined), null);
	});
});

describe("why it did not", () => {
	it("is the workflow's own wish, whatever else changed", () => {
		const one = step("RUN a", { stage: "build" });
		assert.equal(reason(occasion([one], { noCache: true }), undefined)[0], "no-cache");
		assert.equal(reason(occasion([one], { noCacheFilters: ["BUILD"] }), undefined)[0], "no-cache");
		assert.equal(reason(occasion([one], { noCacheFilters: ["other"] }), undefined)[0], "never-built");
	});

	it("is a base image, by digest, by name, or at all", () => {
		const of = (...images: string[]) => step("RUN a", { images });
		const say = (now: string[], was: string[]) => reason(occasion([of(...now)]), record([of(...was)]));
		assert.deepEqual(say([image("b")], [image("a")]), [
			"base-image",
			"its base image alpine:3 changed: was aaaaaaaaaaaa, is bbbbbbbbbbbb",
		]);
		assert.match(say([image("b", "alpine:4")], [image("a")])[1] ?? "", /was alpine:3, is alpine:4$/);
		assert.match(say([image("a")], [])[1] ?? "", /alpine:3 is new to it$/);
		assert.match(say([], [image("a")])[1] ?? "", /alpine:3 is no longer under it$/);
	});

	it("is a value that it sees, by name", () => {
		const of = (aspects: Record<string, string>, text = "RUN a") => step(text, { aspects });
		const say = (now: Planned, was: Planned, values = {}) =>
			reason(occasion([now], { values }), record([was], { X: "1" }));
		assert.match(
			say(of({ "env.A": "1", "env.B": "2" }), of({ "env.A": "9" }))[1] ?? "",
			/value of A, B changed/,
		);
		assert.deepEqual(say(of({ user: "1" }), of({ user: "2" })), [
			"setting",
			"what it runs with changed: user",
		]);
		const copy = `COPY $X \${Y:-z} .`;
		assert.match(
			say(of({ paths: "1" }, copy), of({ paths: "2" }, copy), { X: "2" })[1] ?? "",
			/value of X changed/,
		);
		assert.match(
			say(of({ paths: "1" }, copy), of({ paths: "2" }, copy), { X: "1" })[1] ?? "",
			/value of X, Y changed/,
		);
	});

	it("is what it builds upon, though that was there", () => {
		const before = [step("RUN a"), step("RUN c", { after: [0] })];
		const now = [step("RUN b"), step("RUN c", { after: [0] })];
		const states = new Map([
			["[1/1] RUN b", "cached"],
			["[1/1] RUN c", "ran"],
		] as const);
		const [cause, detail] = reason(occasion(now, { states }), record(before));
		assert.equal(cause, "earlier-stage");
		assert.match(
			detail ?? "",
			/upon \[1\/1\] RUN b, which the cache had, but its text changed, it was "RUN a"$/,
		);
	});

	describe("is its files", () => {
		const copy = step("COPY src .", { taken: [context] });
		const say = (now: Record<string, string>, was: Record<string, string>, complete = true) =>
			reason(
				occasion([copy], { listings: [{ complete, files: now }] }),
				record([{ ...copy, listing: { complete, files: was } }]),
			);

		it("by name: changed, new, and gone", () => {
			assert.deepEqual(say({ a: "1", b: "2", c: "3" }, { b: "9", c: "3", d: "4" }), [
				"input-files",
				"its input files changed (a, b, d)",
			]);
			const many = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, "1"]));
			assert.match(say(many, {})[1] ?? "", /\(a, b, c and 2 more\)$/);
		});

		it("without names where not all were looked at, and only by what both have seen", () => {
			assert.deepEqual(say({ a: "1", x: "1" }, { a: "1", y: "1" }, false), [
				"input-files",
				"its input files changed",
			]);
			assert.match(say({ a: "1" }, { a: "2" }, false)[1] ?? "", /\(a\)$/);
			assert.equal(reason(occasion([copy]), record([copy]))[0], "input-files");
		});

		it("not where they are the same", () => assert.equal(say({ a: "1" }, { a: "1" })[0], "not-in-cache"));

		it("of a server that it takes them from, without a password", () => {
			const add = step("ADD u /", { remotes: ["https://user:pass@host/x"] });
			assert.deepEqual(reason(occasion([add]), record([add])), [
				"input-files",
				"what https://host/x gives changed",
			]);
		});
	});

	it("is the cache's own loss, said by what cache there was", () => {
		const one = step("RUN a");
		for (const [cache, words] of [
			["none", /berth was removed/],
			["min", /min/],
			["max", /any more/],
		] as const) {
			const [cause, detail] = reason(occasion([one], { cache }), record([one]));
			assert.equal(cause, "not-in-cache");
			assert.match(detail ?? "", words);
		}
	});
});
