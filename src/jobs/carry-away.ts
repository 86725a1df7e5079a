import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generationInForce, type InForce } from "../cache/in-force.ts";
import {
	type GenerationHash,
	generationHashOf,
	manifestKey,
	type NameHash,
	nameHashOf,
	type PackId,
	packKey,
} from "../carry/keys.ts";
import { bytesOf } from "../carry/manifest.ts";
import { planSave, type SavePlan } from "../carry/plan-save.ts";
import { emptyStaging, type Staged, stageManifest, stagePack } from "../carry/stage.ts";
import { staleEntries } from "../carry/stale-keys.ts";
import { humanBytes, humanSeconds } from "../report/units.ts";
import type { CacheEntries } from "../runner/cache-entries.ts";
import type { CacheService, Saved } from "../runner/cache-service.ts";
import { type CarryNotes, readCarryNotes } from "./carry-notes.ts";
import { inParallel } from "./in-parallel.ts";
import type { Tools } from "./tools.ts";

/** What saving a berth works with; `cacheEntries` is undefined without a token that may delete. */
export type CarryAwayTools = Pick<Tools, "log" | "now"> & {
	readonly cacheService: CacheService;
	readonly cacheEntries: CacheEntries | undefined;
};

/** The berth to save, what main noted of it, and why it must not be saved, if so. */
export type ToCarryAway = {
	readonly root: string;
	readonly name: string;
	readonly notes: string;
	readonly readOnly: string | null;
};

const atOnce = 4;
// GitHub's own runners end a job after six hours.
const longestJobMs = 6 * 60 * 60_000;

/** Saves a berth to the cache service, only what is new in it; then deletes what nobody will need. It warns, it never fails. */
export async function carryAway(berth: ToCarryAway, tools: CarryAwayTools): Promise<void> {
	const { cacheService, log } = tools;
	const reason = berth.readOnly ?? cacheService.readOnly;
	if (reason !== undefined) return log.info(`cache: github: nothing is saved: ${reason}`);
	const here = generationInForce(berth.root, berth.name);
	if (here === undefined) return log.info("cache: github: there is no cache to save");
	if ("problem" in here) return log.warning(`cache: github: nothing was saved: ${here.problem}`);
	const notes = readCarryNotes(berth.notes);
	const problem = await save(berth, { here, notes }, tools);
	emptyStaging(cacheService.staging);
	if (problem !== undefined) {
		const line = `cache: github: nothing was saved: ${problem}`;
		return notes.warned ? log.info(line) : log.warning(line);
	}
	await deleteStale(nameHashOf(berth.name), tools);
}

// A problem is one clause.
async function save(
	berth: ToCarryAway,
	{ here, notes }: { readonly here: InForce; readonly notes: CarryNotes },
	tools: CarryAwayTools,
): Promise<string | undefined> {
	const { log } = tools;
	const began = performance.now();
	const index = indexOf(here);
	if (index === undefined) return "another job has replaced it meanwhile";
	const generation = generationHashOf(index);
	const name = nameHashOf(berth.name);
	const previous = notes.previous?.manifest;
	const bad = [...notes.bad, ...(await missingPacks(generation, { name, notes }, tools))];
	const plan = planSave({ generation, live: here.live, previous, bad });
	if (plan.kind === "unchanged") {
		log.info("cache: github: nothing has changed, nothing is saved");
		return undefined;
	}
	const problem = await sendAll(plan, { name, dir: here.dir }, tools);
	if (problem !== undefined) return problem;
	const bytes = plan.fresh.reduce((sum, { blobs }) => sum + bytesOf(blobs), 0);
	const seconds = humanSeconds((performance.now() - began) / 1000);
	log.info(
		`cache: github: saved ${humanBytes(bytes)} in ${plan.fresh.length} new packs, beside ${plan.reused.length} that are there, ${seconds}`,
	);
	return undefined;
}

// A machine that had the berth has restored no pack: one that is evicted by now must not be referred to.
async function missingPacks(
	generation: GenerationHash,
	{ name, notes: { previous, restored } }: { readonly name: NameHash; readonly notes: CarryNotes },
	{ cacheService }: CarryAwayTools,
): Promise<readonly PackId[]> {
	if (previous === undefined || restored || previous.manifest.generation === generation) return [];
	const looked = await inParallel(previous.manifest.packs, atOnce, async ({ id }) => {
		const found = await cacheService.lookUp([packKey(name, id)]);
		return found.kind === "restored" ? [] : [id];
	});
	return looked.flat();
}

type Sending = { readonly name: NameHash; readonly dir: string };

async function sendAll(
	{ fresh, manifest }: Extract<SavePlan, { kind: "save" }>,
	{ name, dir }: Sending,
	{ cacheService }: CarryAwayTools,
): Promise<string | undefined> {
	const { staging } = cacheService;
	const send = async (staged: Staged, key: string): Promise<string | undefined> =>
		staged.kind === "failed" ? staged.problem : problemIn(await cacheService.save(key));
	for (const pack of fresh) {
		const problem = await send(stagePack(staging, dir, pack), packKey(name, pack.id));
		if (problem !== undefined) return problem;
	}
	// Last: an entry that refers to what isn't there would be a cache that nobody can restore.
	const ids = manifest.packs.map(({ id }) => id);
	return await send(stageManifest(staging, dir, manifest), manifestKey(name, manifest.generation, ids));
}

// One that exists has been saved by another job, under a name that is made of what is in it.
function problemIn(saved: Saved): string | undefined {
	return saved.kind === "saved" || saved.kind === "exists" ? undefined : saved.problem;
}

async function deleteStale(name: NameHash, { cacheEntries, log, now }: CarryAwayTools): Promise<void> {
	if (cacheEntries === undefined) return;
	const listed = await Promise.all(
		[`berth1-${name}-`, `berth1p-${name}-`].map((prefix) => cacheEntries.list(prefix)),
	);
	const entries = listed.flatMap((each) => (each.kind === "listed" ? each.entries : []));
	let problem = listed.find((each) => each.kind === "refused")?.problem;
	let deleted = 0;
	if (problem === undefined) {
		for (const { id } of staleEntries(entries, name, { nowMs: now().getTime(), longestJobMs })) {
			const removed = await cacheEntries.remove(id);
			if (removed.kind === "refused") problem ??= removed.problem;
			else deleted += 1;
		}
	}
	if (problem !== undefined) log.warning(`github-token: old cache entries can't be deleted: ${problem}`);
	if (deleted > 0) log.info(`cache: github: deleted ${deleted} entries that nobody will need`);
}

function indexOf({ dir }: InForce): Buffer | undefined {
	try {
		return readFileSync(join(dir, "index.json"));
	} catch {
		return undefined;
	}
}
