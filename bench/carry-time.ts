/** How long saving and restoring take through the real library, and a service and blob store on this machine. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bounds } from "../src/carry/bounds.ts";
import { generationHashOf, manifestKey, nameHashOf, packKey } from "../src/carry/keys.ts";
import type { Manifest } from "../src/carry/manifest.ts";
import { planSave } from "../src/carry/plan-save.ts";
import { emptyStaging, type Staged, stageManifest, stagePack } from "../src/carry/stage.ts";
import { type CacheService, githubCache } from "../src/runner/cache-service.ts";
import { startCacheServer } from "../test/carry/cache-service-v2.ts";
import { newBlob, rebuilt, shuffled } from "./carry.ts";
import { ratio, round, treeBytes } from "./measure.ts";

const builds = 8;
// A fifth of a cache of 1 GB, and the bounds as much smaller.
const scale = 5;
const sizes = [...Array(6).fill(80e6), ...Array(14).fill(20e6), ...Array(80).fill(3e6)].map(
	(bytes) => bytes / scale,
);
const scaled = {
	...bounds,
	leastPackBytes: bounds.leastPackBytes / scale,
	mostPackBytes: bounds.mostPackBytes / scale,
};
const name = nameHashOf("bench");
const program = fileURLToPath(new URL("../dist/cache-call/index.js", import.meta.url));

type Way = { seconds: number; bytes: number };

/** Saves some generations both ways, the ways taking turns in being first, and restores the last one. */
export async function benchCarryTime(): Promise<string[]> {
	const ends: (() => unknown)[] = [];
	const dir = mkdtempSync("/var/tmp/berth-bench-");
	try {
		const server = await startCacheServer({ after: (end) => void ends.push(end) });
		const job = { ref: "refs/heads/main" };
		const env = { ...process.env, ...server.env(job), RUNNER_TEMP: join(dir, "temp") };
		return await play(dir, githubCache({ ...env, GITHUB_SERVER_URL: "https://github.com" }, program));
	} finally {
		for (const end of ends) await end();
		rmSync(dir, { recursive: true, force: true });
	}
}

async function play(dir: string, service: CacheService): Promise<string[]> {
	const generation = join(dir, "generation");
	mkdirSync(join(generation, "blobs", "sha256"), { recursive: true });
	let blobs = shuffled(sizes).map((size) => newBlob(generation, size));
	let previous: Manifest | undefined;
	const [packs, whole]: [Way, Way] = [
		{ seconds: 0, bytes: 0 },
		{ seconds: 0, bytes: 0 },
	];
	for (let build = 0; build < builds; build++) {
		if (previous !== undefined) blobs = rebuilt(generation, blobs, shuffled([...blobs.keys()]));
		const index = Buffer.from(JSON.stringify(blobs));
		writeFileSync(join(generation, "index.json"), index);
		writeFileSync(join(generation, "oci-layout"), "{}");
		const live = new Map(blobs.map(({ digest, size }) => [digest, size]));
		const plan = planSave({ generation: generationHashOf(index), live, previous }, scaled);
		if (plan.kind === "unchanged") throw new Error("a build changed nothing");
		const ways = [
			async () => {
				for (const pack of plan.fresh)
					await save(service, packKey(name, pack.id), packs, stagePack(service.staging, generation, pack));
				const ids = plan.manifest.packs.map(({ id }) => id);
				const key = manifestKey(name, plan.manifest.generation, ids);
				await save(service, key, packs, stageManifest(service.staging, generation, plan.manifest));
			},
			() => save(service, `whole-${build}`, whole, stageWhole(service.staging, generation, blobs)),
		];
		for (const way of build % 2 === 0 ? ways : ways.toReversed()) await way();
		previous = plan.manifest;
	}
	const down = await restoreBoth(service, previous?.packs.map(({ id }) => id) ?? []);
	return [
		`${builds} builds of a cache of ${round(treeBytesOf(blobs) / 1e6)} MB, a tenth changed in each, through the service's protocol on this machine:`,
		`  saving as packs             ${round(packs.seconds)} s, ${round(packs.bytes / 1e6)} MB`,
		`  saving as whole archives    ${round(whole.seconds)} s, ${round(whole.bytes / 1e6)} MB`,
		`  ratio                       ${ratio(whole.seconds, packs.seconds)}x the time, ${ratio(whole.bytes, packs.bytes)}x the bytes`,
		`  restoring the last          packs ${round(down.packs)} s, the whole archive ${round(down.whole)} s`,
	];
}

function stageWhole(staging: string, generation: string, blobs: readonly { digest: string }[]): Staged {
	emptyStaging(staging);
	const hexes = new Set(blobs.map(({ digest }) => digest.slice("sha256:".length)));
	const filter = (path: string) => !/[0-9a-f]{64}$/.test(path) || hexes.has(path.slice(-64));
	cpSync(generation, join(staging, "whole"), { recursive: true, filter });
	return { kind: "staged", bytes: 0 };
}

async function save(service: CacheService, key: string, way: Way, staged: Staged): Promise<void> {
	if (staged.kind === "failed") throw new Error(staged.problem);
	way.bytes += treeBytes(service.staging);
	const began = performance.now();
	const saved = await service.save(key);
	way.seconds += (performance.now() - began) / 1000;
	if (saved.kind !== "saved") throw new Error(`${key} was not saved: ${JSON.stringify(saved)}`);
}

async function restoreBoth(
	service: CacheService,
	ids: readonly Parameters<typeof packKey>[1][],
): Promise<{ packs: number; whole: number }> {
	const timed = async (restore: () => Promise<unknown>) => {
		emptyStaging(service.staging);
		const began = performance.now();
		await restore();
		return (performance.now() - began) / 1000;
	};
	const one = async (key: string) => {
		const restored = await service.restore([key]);
		if (restored.kind !== "restored") throw new Error(`${key}: ${JSON.stringify(restored)}`);
	};
	return {
		packs: await timed(async () => {
			for (let at = 0; at < ids.length; at += 3)
				await Promise.all(ids.slice(at, at + 3).map((id) => one(packKey(name, id))));
		}),
		whole: await timed(() => one(`whole-${builds - 1}`)),
	};
}

function treeBytesOf(blobs: readonly { readonly size: number }[]): number {
	return blobs.reduce((sum, { size }) => sum + size, 0);
}
