import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GenerationId, newId } from "../../src/cache/paths.ts";
import type { Limits } from "../../src/cache/retention.ts";
import { seededLayout } from "../../src/cache/seed.ts";
import { berthPath, entries, inForce } from "./disk.ts";
import { build, open } from "./jobs.ts";
import { exportInto, layer } from "./layouts.ts";

const day = 24 * 60 * 60 * 1000;

/** Who tidies the roots made here: its runner's former job is dead. */
export const tidier = { runner: "tidier's", job: "now" };
const dead = { runner: "tidier's", job: "before" };
const living = { runner: "neighbour's", job: "1" };

/** Numbers in [0, 1) that the seed alone decides (mulberry32). */
export function randomBy(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** Limits that some of such a root's berths exceed. */
export function randomLimits(random: () => number): Limits {
	const maxAgeMs = random() * 30 * day;
	return random() < 0.4 ? { maxAgeMs } : { maxAgeMs, maxSize: { kind: "bytes", bytes: random() * 200_000 } };
}

/** Fills a root with berths as years of jobs, killed ones among them, and other people may leave them. */
export function fillAtRandom(root: string, random: () => number): void {
	const names = ["app", "A name/with: all", "", "x".repeat(300), "other", "..", "last"].filter(
		() => random() < 0.7,
	);
	const pick = (count: number) =>
		["base", "tools", "packages", "sources"].filter(() => random() < 0.5).slice(0, count);
	for (const name of names) {
		build(
			root,
			name,
			[...pick(4), name].map((seed) => layer(seed, 9_000 + seed.length * 5_000)),
		);
	}
	for (const name of names) {
		for (const oddity of oddities) {
			if (random() < 0.25) oddity(root, name, random);
		}
		if (entries(berthPath(root, name)).includes("current"))
			age(berthPath(root, name, "current"), random() * 40);
	}
	if (random() < 0.5) leaveInJobs(root);
}

type Oddity = (root: string, name: string, random: () => number) => void;

const oddities: readonly Oddity[] = [
	function livingClone(root, name) {
		exportInto(open(root, name, living).dir, [layer("half-built")]);
	},
	function deadClone(root, name, random) {
		const { hold, dir } = open(root, name, dead);
		if (random() < 0.5) exportInto(dir, [layer(`half-built ${name}`)]);
		else seededLayout(hold);
	},
	function cloneOfNone(root, name, random) {
		const { hold, dir } = open(root, name, living);
		rmSync(join(root, "jobs", `${hold.job}.json`));
		age(dir, random() * 12);
	},
	function arriving(root, name, random) {
		const { hold, dir } = open(root, name, random() < 0.5 ? living : dead);
		renameSync(dir, berthPath(root, name, "generations", hold.clone.id));
		writeFileSync(berthPath(root, name, `current.${hold.clone.id}.tmp`), "torn");
	},
	function superseded(root, name) {
		const dir = berthPath(root, name, "generations", newId<GenerationId>(new Date()));
		mkdirSync(dir);
		exportInto(dir, [layer(`old ${name}`)]);
		for (const blob of blobsInForce(root, name).slice(0, 2)) linkSync(blob, join(dir, blob.slice(-10)));
	},
	function broken(root, name) {
		const dir = berthPath(root, name, "generations", `${newId<GenerationId>(new Date())}.broken`);
		mkdirSync(dir);
		writeFileSync(join(dir, "index.json"), "x".repeat(5_000));
	},
	function linkedElsewhere(root, name) {
		const [blob] = blobsInForce(root, name);
		if (blob !== undefined) linkSync(blob, join(root, "..", `kept-${readdirSync(join(root, "..")).length}`));
	},
	function notesOfAUser(root, name) {
		writeFileSync(berthPath(root, name, "notes"), "mine");
	},
	function notesInGenerations(root, name) {
		writeFileSync(berthPath(root, name, "generations", "notes"), "mine");
	},
	function stepNotes(root, name) {
		writeFileSync(berthPath(root, name, "steps.json"), "{}");
	},
	function pointerLost(root, name) {
		rmSync(berthPath(root, name, "current"), { force: true });
	},
	function leftHalfWritten(root, name) {
		writeFileSync(berthPath(root, name, `steps.${newId<GenerationId>(new Date())}.tmp`), "{");
	},
];

function leaveInJobs(root: string): void {
	const torn = join(root, "jobs", `${newId<GenerationId>(new Date())}.json`);
	writeFileSync(torn, "{");
	age(torn, 7);
	writeFileSync(join(root, "jobs", "notes.txt"), "mine");
	const record = { ...dead, engine: null, since: new Date().toISOString(), clones: [] };
	writeFileSync(join(root, "jobs", `${newId<GenerationId>(new Date())}.json`), JSON.stringify(record));
}

function blobsInForce(root: string, name: string): string[] {
	if (!entries(berthPath(root, name)).includes("current")) return [];
	const dir = join(inForce(root, name), "blobs", "sha256");
	return entries(dir).map((entry) => join(dir, entry));
}

function age(path: string, days: number): void {
	const then = (Date.now() - days * day) / 1000;
	utimesSync(path, then, then);
}
