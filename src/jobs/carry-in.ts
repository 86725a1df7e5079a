import { generationInForce } from "../cache/in-force.ts";
import { commitCache, dirOf, openCache, releaseCache } from "../cache/store.ts";
import { assemble } from "../carry/assemble.ts";
import { manifestPrefix, type NameHash, nameHashOf, type PackId, packKey, parseKey } from "../carry/keys.ts";
import type { Manifest } from "../carry/manifest.ts";
import { emptyStaging } from "../carry/stage.ts";
import { readManifest } from "../carry/staged.ts";
import { humanBytes, humanSeconds } from "../report/units.ts";
import type { CacheService } from "../runner/cache-service.ts";
import { type CarryNotes, nothingCarried, writeCarryNotes } from "./carry-notes.ts";
import { inParallel } from "./in-parallel.ts";
import type { Tools } from "./tools.ts";

/** What carrying a berth works with. */
export type CarryTools = Pick<Tools, "log" | "me" | "now" | "tempDir"> & {
	readonly cacheService: CacheService;
};

/** The berth that is carried. */
export type CarriedBerth = { readonly root: string; readonly name: string; readonly engineId: string | null };

// GitHub's library takes up to half a gigabyte of memory for each, and unpacking a core.
const atOnce = 3;

/**
 * Brings a berth from the cache service, if this machine has none of that name: from then on it is one like any other.
 * Whatever fails, the build goes on without, and there is one warning. The path of what the post step has to know.
 */
export async function carryIn(berth: CarriedBerth, tools: CarryTools): Promise<string | undefined> {
	const { cacheService, log, tempDir } = tools;
	if (cacheService.absent !== undefined) {
		log.warning(`cache: github: ${cacheService.absent}`);
		return undefined;
	}
	const notes = await bring(berth, tools);
	emptyStaging(cacheService.staging);
	return writeCarryNotes(notes, tempDir);
}

async function bring(berth: CarriedBerth, tools: CarryTools): Promise<CarryNotes> {
	const { cacheService, log } = tools;
	const gaveUp = (problem: string): CarryNotes => {
		warn(problem, tools);
		return { ...nothingCarried, warned: true };
	};
	const emptied = emptyStaging(cacheService.staging);
	if (emptied.kind === "failed") return gaveUp(emptied.problem);
	const name = nameHashOf(berth.name);
	// No entry has the first key: the newest of the name is wanted.
	const found = await cacheService.restore([`${manifestPrefix(name)}none`, manifestPrefix(name)]);
	if (found.kind === "failed") return gaveUp(found.problem);
	if (found.kind === "miss") {
		log.info(`cache: github: there is no cache of ${JSON.stringify(berth.name)} yet that this job may use`);
		return nothingCarried;
	}
	const key = parseKey(found.key);
	if (key?.kind !== "manifest" || key.name !== name)
		return gaveUp("an entry has a key that is none of Berth's");
	const read = readManifest(cacheService.staging, key);
	// Its packs are saved under other names: entries can't be replaced.
	if (read.kind === "broken")
		return { ...gaveUp(`the newest manifest is no good: ${read.reason}`), bad: key.packs };
	const previous = { key: found.key, manifest: read.manifest };
	const here = generationInForce(berth.root, berth.name);
	if (here !== undefined && !("problem" in here)) {
		log.info(`cache: github: this machine has the berth of ${JSON.stringify(berth.name)} already`);
		return { ...nothingCarried, previous };
	}
	return { previous, ...(await fill(berth, { manifest: read.manifest, name }, tools)) };
}

function warn(problem: string, { log }: CarryTools): void {
	log.warning(`cache: github: nothing was restored: ${problem}`);
}

type Found = { readonly manifest: Manifest; readonly name: NameHash };

async function fill(
	berth: CarriedBerth,
	found: Found,
	tools: CarryTools,
): Promise<Omit<CarryNotes, "previous">> {
	const began = performance.now();
	const problem = await bringPacks(found, tools);
	const done = problem ?? (await adopt(berth, found, tools));
	if (done.kind === "failed") {
		warn(done.problem, tools);
		return { bad: done.bad, restored: false, warned: true };
	}
	if (done.kind === "restored") {
		const seconds = humanSeconds((performance.now() - began) / 1000);
		const size = `${humanBytes(done.bytes)} in ${found.manifest.packs.length} packs`;
		tools.log.info(`cache: github: restored the berth of ${JSON.stringify(berth.name)}: ${size}, ${seconds}`);
	}
	return { bad: [], restored: true, warned: false };
}

type Failed = { readonly kind: "failed"; readonly problem: string; readonly bad: readonly PackId[] };

async function bringPacks(
	{ manifest, name }: Found,
	{ cacheService }: CarryTools,
): Promise<Failed | undefined> {
	const failed = await inParallel(manifest.packs, atOnce, async ({ id }) => {
		const restored = await cacheService.restore([packKey(name, id)]);
		if (restored.kind === "restored") return undefined;
		const why = restored.kind === "miss" ? "is not there any more" : `can't be had: ${restored.problem}`;
		return { id, problem: `pack ${id} ${why}` };
	});
	const bad = failed.filter((each) => each !== undefined);
	const [first] = bad;
	return first && { kind: "failed", problem: first.problem, bad: bad.map(({ id }) => id) };
}

/** Makes what was brought the berth's generation in force; `there`: another job on this machine was faster. */
async function adopt(
	berth: CarriedBerth,
	{ manifest }: Found,
	{ cacheService, me, now }: CarryTools,
): Promise<Failed | { readonly kind: "there" } | { readonly kind: "restored"; readonly bytes: number }> {
	const failed = (problem: string, bad: readonly PackId[] = []): Failed => ({ kind: "failed", problem, bad });
	const { root, name, engineId: engine } = berth;
	const opened = openCache({ root, name, engine, me, now: now() });
	if (opened.kind === "failed") return failed(opened.problem);
	const { hold } = opened;
	if (hold.clone.base !== null) {
		releaseCache(hold);
		return { kind: "there" };
	}
	const assembled = await assemble(cacheService.staging, manifest, dirOf(hold));
	if (assembled.kind === "broken") {
		releaseCache(hold);
		return failed(assembled.reason, assembled.bad);
	}
	const committed = commitCache(hold, me, { now: now() });
	if (committed.kind === "swapped-in") return { kind: "restored", bytes: assembled.bytes };
	return failed("problem" in committed ? committed.problem : `the berth took ${committed.kind}`);
}
