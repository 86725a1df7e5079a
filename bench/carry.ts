/** How many bytes travel to and from the cache service in a week of builds: a berth in packs, against whole archives. */
import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { assemble } from "../src/carry/assemble.ts";
import { type Bounds, bounds } from "../src/carry/bounds.ts";
import {
	generationHashOf,
	manifestKey,
	manifestPrefix,
	nameHashOf,
	packKey,
	parseKey,
} from "../src/carry/keys.ts";
import { bytesOf, type Manifest } from "../src/carry/manifest.ts";
import { planSave } from "../src/carry/plan-save.ts";
import { emptyStaging, type Staged, stageManifest, stagePack } from "../src/carry/stage.ts";
import { readManifest } from "../src/carry/staged.ts";
import { type Digest, hexOf } from "../src/image/digest.ts";
import { ratio, round, treeBytes } from "./measure.ts";

const builds = 35;
const changed = 0.1;
// A hundredth of a cache of 1 GB: few big layers, many small ones, and the bounds as much smaller.
const scale = 100;
const sizes = [...Array(6).fill(80e6), ...Array(14).fill(20e6), ...Array(80).fill(3e6)].map(
	(bytes) => bytes / scale,
);
const scaled: Bounds = {
	...bounds,
	leastPackBytes: bounds.leastPackBytes / scale,
	mostPackBytes: bounds.mostPackBytes / scale,
};
const name = nameHashOf("bench");

/** A blob of a made-up generation. */
export type Blob = { readonly digest: Digest; readonly size: number };

/** What one build changes: in which order blobs are replaced until a tenth of the bytes is. */
const habits: Readonly<Record<string, (blobs: readonly Blob[]) => number[]>> = {
	"any blob": (blobs) => shuffled([...blobs.keys()]),
	"some more than others": (blobs) =>
		[...blobs.keys()]
			.map((at) => ({ at, drawn: chance() ** (1 / wear(at)) }))
			.sort((one, other) => other.drawn - one.drawn)
			.map(({ at }) => at),
	"the last layers": (blobs) => [...blobs.keys()].reverse(),
};

/** Plays the week for each habit, every save and restore on real files. */
export async function benchCarry(): Promise<string[]> {
	const lines = [
		`a week of ${builds} builds, ${sizes.length} blobs, ${changed * 100} % of the bytes changed in each:`,
	];
	for (const [habit, order] of Object.entries(habits)) {
		seed = 1;
		const dir = mkdtempSync("/var/tmp/berth-bench-");
		try {
			lines.push(`  ${habit} changes:`, ...report(await playWeek(dir, order)));
		} finally {
			rmSync(dir, { recursive: true, force: true });
		}
	}
	return lines;
}

/** Sums over the week, in bytes but for `repacked`, and the last or largest of the rest. */
type Week = { up: number; down: number; whole: number; repacked: number; packs: number; dead: number };

async function playWeek(dir: string, order: (blobs: readonly Blob[]) => number[]): Promise<Week> {
	const week: Week = { up: 0, down: 0, whole: 0, repacked: 0, packs: 0, dead: 0 };
	const generation = join(dir, "generation");
	mkdirSync(join(generation, "blobs", "sha256"), { recursive: true });
	let blobs = shuffled(sizes).map((size) => newBlob(generation, size));
	let previous: Manifest | undefined;
	for (let build = 0; build < builds; build++) {
		if (previous !== undefined) blobs = rebuilt(generation, blobs, order(blobs));
		const index = Buffer.from(JSON.stringify(blobs));
		writeFileSync(join(generation, "index.json"), index);
		writeFileSync(join(generation, "oci-layout"), "{}");
		const live = new Map(blobs.map(({ digest, size }) => [digest, size]));
		const plan = planSave({ generation: generationHashOf(index), live, previous }, scaled);
		if (plan.kind === "unchanged") throw new Error("a build changed nothing");
		const key = save(dir, generation, plan, week);
		previous = await restore(dir, key, week);
		week.whole += bytesOf(live) + index.length;
		week.repacked += plan.repacked.length;
		week.packs = Math.max(week.packs, previous.packs.length);
		const carried = previous.packs.reduce((sum, pack) => sum + bytesOf(pack.blobs), 0);
		week.dead = Math.max(week.dead, carried / bytesOf(live) - 1);
	}
	return week;
}

function save(
	dir: string,
	generation: string,
	{ manifest, fresh }: Pick<Extract<ReturnType<typeof planSave>, { kind: "save" }>, "manifest" | "fresh">,
	week: Week,
): string {
	const staging = join(dir, "staging");
	const archive = (key: string, staged: Staged) => {
		if (staged.kind === "failed") throw new Error(staged.problem);
		week.up += treeBytes(staging);
		mkdirSync(join(dir, "service"), { recursive: true });
		renameSync(staging, join(dir, "service", key));
	};
	for (const pack of fresh) archive(packKey(name, pack.id), stagePack(staging, generation, pack));
	const ids = manifest.packs.map(({ id }) => id);
	const key = manifestKey(name, manifest.generation, ids);
	archive(key, stageManifest(staging, generation, manifest));
	return key;
}

async function restore(dir: string, key: string, week: Week): Promise<Manifest> {
	const staging = join(dir, "staging");
	const parsed = parseKey(key);
	if (parsed?.kind !== "manifest") throw new Error(`${key} doesn't begin with ${manifestPrefix(name)}`);
	emptyStaging(staging);
	for (const entry of [key, ...parsed.packs.map((id) => packKey(name, id))])
		cpSync(join(dir, "service", entry), staging, { recursive: true });
	week.down += treeBytes(staging);
	const read = readManifest(staging, parsed);
	if (read.kind === "broken") throw new Error(read.reason);
	const assembled = await assemble(staging, read.manifest, join(dir, "layout"));
	if (assembled.kind === "broken") throw new Error(assembled.reason);
	rmSync(join(dir, "layout"), { recursive: true });
	return read.manifest;
}

/** What a build makes of a generation: new blobs in the place of a tenth of the bytes. */
export function rebuilt(generation: string, blobs: readonly Blob[], order: readonly number[]): Blob[] {
	const after = [...blobs];
	const most = changed * blobs.reduce((sum, { size }) => sum + size, 0);
	let bytes = 0;
	for (const at of order) {
		const size = blobs[at]?.size ?? 0;
		// What would change more than a tenth is left out: a smaller one comes.
		if (bytes + size > most * 1.05) continue;
		after[at] = newBlob(generation, size);
		bytes += size;
		if (bytes > most * 0.95) break;
	}
	return after;
}

/** Writes a blob of random bytes into a generation. */
export function newBlob(generation: string, about: number): Blob {
	const bytes = randomBytes(Math.round(about));
	const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
	writeFileSync(join(generation, "blobs", "sha256", hexOf(digest)), bytes);
	return { digest, size: bytes.length };
}

function report({ up, down, whole, repacked, packs, dead }: Week): string[] {
	const megabytes = (bytes: number) => `${round(bytes / 1e6)} MB`;
	return [
		`    saved as whole archives   ${megabytes(whole)} sent`,
		`    saved as packs            ${megabytes(up)} sent, ${repacked} of the packs again`,
		`    ratio                     ${ratio(whole, up)}x`,
		`    restored                  ${ratio(down, whole)}x the bytes of whole archives, from ${packs} packs at most`,
		`    dead weight               ${round(dead * 100)} % of the live bytes at most`,
	];
}

// The same week each time: a plain congruential generator, since Math.random takes no seed.
let seed = 1;
function chance(): number {
	seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
	return seed / 2 ** 32;
}

function wear(at: number): number {
	return 0.02 + (((at * 37) % 100) / 100) ** 4;
}

/** Some things in another order, the same each time. */
export function shuffled<T>(items: readonly T[]): T[] {
	const drawn = items.map((item) => ({ item, at: chance() }));
	return drawn.sort((one, other) => one.at - other.at).map(({ item }) => item);
}
