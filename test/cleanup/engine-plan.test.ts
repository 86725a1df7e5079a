import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type EngineRules, planEngine } from "../../src/cleanup/engine-plan.ts";
import { type Mark, type Marks, traceOf } from "../../src/cleanup/marks.ts";
import { fitsGlobs, underPrefixes } from "../../src/cleanup/names.ts";
import type { EngineView } from "../../src/cleanup/view.ts";
import type { ListedContainer, ListedImage } from "../../src/engine/upkeep.ts";

const minute = 60_000;
const now = 1_000 * minute;
const name = "cst.oci.local/a:1";

const image = (id: string, fields: Partial<ListedImage> = {}): ListedImage => ({
	...{ id, parent: "", tags: [], digests: [], labels: {}, bytes: 100, sharedBytes: 40, createdMs: now },
	...fields,
});
const container = (id: string, fields: Partial<ListedContainer> = {}): ListedContainer => ({
	...{ id, name: id, imageId: "1", image: name, state: "exited", createdMs: now, labels: {}, volumes: [] },
	...fields,
});
const mark = (fields: Partial<Mark> = {}): Mark => ({
	...{ id: "neighbour", runner: "r2", job: "j", sinceMs: now - 10 * minute },
	...{ brings: new Set<string>(), uses: new Set<string>() },
	...fields,
});
const marks = (fields: Partial<Marks> = {}): Marks => ({
	...{ own: [], neighbours: [], dead: [], past: [] },
	...fields,
});
const seen = (minutesAgo: number) =>
	new Map([[name, { id: "1", sinceMs: now - minutesAgo * minute, usedMs: 0 }]]);

const view = (fields: Partial<EngineView> = {}): EngineView => ({
	images: [image("1", { tags: [name] })],
	...{ containers: [], structureTests: new Set(), marks: marks(), ledger: new Map(), touched: new Map() },
	nowMs: now,
	...fields,
});
const run = { untilMs: now - 1, owner: "none" };
const common = {
	isOurs: underPrefixes(["cst.oci.local"]),
	isKept: fitsGlobs(["cst.oci.local/keep*"]),
	...{ orphans: true, label: "test", owners: new Set(["me"]) },
	runOf: (value: string) => (value === "over" ? run : { untilMs: now + 1, owner: value }),
};
/** The post step of a job that found nothing there. */
const job = (fields: Partial<NonNullable<EngineRules["job"]>> = {}, minAgeMs?: number): EngineRules => ({
	...common,
	minAgeMs,
	job: { before: new Set(), brought: new Set(), sinceMs: now - 5 * minute, overlapped: false, ...fields },
	unlabelled: fields.overlapped ? undefined : { fromMs: now - 5 * minute, toMs: now },
});
/** A scheduled cleanup. */
const aged: EngineRules = {
	...common,
	...{ minAgeMs: 60 * minute, job: undefined, unlabelled: { fromMs: 0, toMs: now - 60 * minute } },
};

const removed = (seenNow: EngineView, rules: EngineRules) =>
	planEngine(seenNow, rules).removals.map((each) => `${each.kind} ${each.name}`);
const reasons = (seenNow: EngineView, rules: EngineRules) =>
	planEngine(seenNow, rules).kept.map(({ reason }) => reason);

describe("after a job", () => {
	it("a name that appeared while it ran goes", () => {
		assert.deepEqual(removed(view(), job()), [`tag ${name}`]);
	});

	it("a name that was there before stays, without a word", () => {
		const rules = job({ before: new Set([name]) });
		assert.deepEqual([removed(view(), rules), reasons(view(), rules)], [[], []]);
	});

	it("a name stays where nobody knows whether it was there before", () => {
		assert.deepEqual(removed(view(), job({ before: undefined })), []);
	});

	it("a name that Berth brought goes, though another job ran at the same time", () => {
		assert.deepEqual(removed(view(), job({ brought: new Set([name]), overlapped: true })), [`tag ${name}`]);
	});

	it("a name that only appeared stays then", () => {
		assert.deepEqual(reasons(view(), job({ overlapped: true })), [
			"another job ran at the same time, and may have brought it",
		]);
	});

	for (const claim of ["brings", "uses"] as const)
		it(`a name that Berth brought stays if a neighbour ${claim} it, too`, () => {
			const neighbours = [mark({ [claim]: new Set([traceOf(name)]) })];
			const rules = job({ brought: new Set([name]), overlapped: true });
			assert.deepEqual(reasons(view({ marks: marks({ neighbours }) }), rules), [
				"a job that runs now uses it",
			]);
		});

	it("a name that a killed job of this runner brought goes, though it was there before", () => {
		const dead = [mark({ brings: new Set([traceOf(name)]) })];
		assert.deepEqual(removed(view({ marks: marks({ dead }) }), job({ before: new Set([name]) })), [
			`tag ${name}`,
		]);
	});

	it("names outside the prefixes stay, and those to keep", () => {
		const tags = ["app:1", "cst.oci.localhost/a:1", "cst.oci.local/keep:1"];
		assert.deepEqual(removed(view({ images: [image("1", { tags })] }), job()), []);
	});

	for (const [state, spelling] of [
		["running", name],
		["created", name],
		["exited", "cst.oci.local/a:1"],
		["paused", name],
	] as const)
		it(`a name stays that a ${state} container was made from`, () => {
			const containers = [container("web", { state, image: spelling })];
			assert.deepEqual(reasons(view({ containers }), job()), ['container "web" names it']);
		});

	it("an image's bytes are counted once, with the last of its names", () => {
		const images = [image("1", { tags: ["cst.oci.local/a:1", "cst.oci.local/b:1"] })];
		const bytes = planEngine(view({ images }), job()).removals.map((each) => each.bytes);
		assert.deepEqual(bytes, [0, 60]);
		const shared = [image("1", { tags: [name, "app:1"] })];
		assert.deepEqual(planEngine(view({ images: shared }), job()).removals[0]?.bytes, 0);
	});

	it("what age says counts besides only if asked", () => {
		const there = { before: new Set([name]) };
		assert.deepEqual(removed(view({ ledger: seen(61) }), job(there, 60 * minute)), [`tag ${name}`]);
		assert.deepEqual(reasons(view({ ledger: seen(59) }), job(there, 60 * minute)), [
			"seen for 59m only, min-age is 1h",
		]);
	});
});

describe("a scheduled cleanup", () => {
	it("takes what has been seen for long enough", () => {
		assert.deepEqual(removed(view({ ledger: seen(60) }), aged), [`tag ${name}`]);
		assert.deepEqual(removed(view({ ledger: seen(59) }), aged), []);
		assert.deepEqual(removed(view(), aged), []);
	});

	it("leaves what a running job may have brought, however old that job is", () => {
		const neighbours = [mark({ sinceMs: now - 100 * minute })];
		assert.deepEqual(reasons(view({ ledger: seen(90), marks: marks({ neighbours }) }), aged), [
			"a job that runs now may have brought it",
		]);
	});

	it("takes what was there before all running jobs, unless it was named again since", () => {
		const old = view({ ledger: seen(90), marks: marks({ neighbours: [mark()] }) });
		assert.deepEqual(removed(old, aged), [`tag ${name}`]);
		assert.deepEqual(reasons({ ...old, touched: new Map([[name, now]]) }, aged), [
			"it was loaded or named again since",
		]);
	});
});

describe("what structure tests left", () => {
	const commits = [
		image("1", { tags: [name] }),
		image("2", { parent: "1" }),
		image("3", { parent: "2" }),
		image("4", { parent: "0" }),
	];

	it("goes with the name: containers, commits from the last to the first, and then the name", () => {
		const containers = [container("dead", { imageId: "3", image: "3" })];
		const found = view({ images: commits, containers, structureTests: new Set(["dead"]) });
		assert.deepEqual(removed(found, job()), ["container dead", "image 3", "image 2", `tag ${name}`]);
	});

	it("is nobody else's: other nameless images, and such as have a name or a digest", () => {
		const others = [
			image("1", { tags: [name] }),
			image("2", { parent: "1", digests: ["app@sha256:0"] }),
			image("3", { parent: "1", tags: ["app:1"] }),
			image("4"),
		];
		assert.deepEqual(reasons(view({ images: others }), job()), [
			"an image without a name was made from it, and stays",
		]);
		assert.deepEqual(removed(view({ images: others.filter(({ id }) => id !== "2") }), job()), [
			`tag ${name}`,
		]);
	});

	it("is not what was there before the job", () => {
		const images = [image("1", { tags: [name] }), image("2", { parent: "1", createdMs: now - 6 * minute })];
		assert.deepEqual(removed(view({ images }), job()), []);
	});

	it("is no container that runs, nor one that no structure test made, nor what that has", () => {
		const containers = [
			container("runs", { imageId: "3", image: "3", state: "running" }),
			container("other", { imageId: "2", image: "2" }),
		];
		const found = view({ images: commits, containers, structureTests: new Set(["runs"]) });
		assert.deepEqual(removed(found, job()), []);
	});

	it("is left where another job may have made it", () => {
		const rules = job({ overlapped: true, brought: new Set([name]) });
		assert.deepEqual(removed(view({ images: commits }), rules), []);
	});

	const labelled = (value: string) =>
		view({
			images: [image("1", { tags: ["app:1"] }), image("2", { parent: "1", labels: { test: value } })],
			containers: [
				container("hung", { imageId: "1", image: "app:1", state: "running", labels: { test: value } }),
			],
		});

	it("is known by Berth's label, running or not, once the test can't be running any more", () => {
		assert.deepEqual(removed(labelled("over"), aged), ["container hung", "image 2"]);
		assert.deepEqual(removed(labelled("somebody"), aged), []);
	});

	it("is known by the label to be this job's, or a killed one's", () => {
		assert.deepEqual(removed(labelled("me"), job({ overlapped: true })), ["container hung", "image 2"]);
		const found = { ...labelled("killed"), marks: marks({ dead: [mark({ id: "killed" })] }) };
		assert.deepEqual(removed(found, aged), ["container hung", "image 2"]);
	});

	it("is no container upon a commit that somebody named: that has the label from its image", () => {
		const found = view({
			images: [image("1", { tags: ["app:1"], labels: { test: "over" } })],
			containers: [container("theirs", { image: "app:1", state: "running", labels: { test: "over" } })],
		});
		assert.deepEqual(removed(found, aged), []);
	});

	it("stays if that is not asked for", () => {
		assert.deepEqual(removed(labelled("over"), { ...aged, orphans: false }), []);
	});
});
