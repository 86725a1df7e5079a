/** How long the cache export takes into a berth's clone, against an empty directory that then replaces the old one. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localCacheFrom, localCacheTo } from "../src/build/cache-entries.ts";
import { commitCache, dirOf, openCache } from "../src/cache/store.ts";
import { docker, emptyBuilder } from "../test/engines/docker.ts";
import { baseImage } from "../test/engines/images.ts";
import { startTestEngine, type TestEngine } from "../test/engines/shared.ts";
import { median, ratio, round, treeBytes } from "./measure.ts";

const rounds = 5;
const layers = 8;
const megabytes = 125;
const me = { runner: "bench", job: "bench" };

/** One rebuild: what the export took, and the bytes that are new on the disk. */
type Export = { readonly seconds: number; readonly bytes: number };

/** Measures both ways in turn, on one engine, the builder warm. */
export async function benchExport(): Promise<string[]> {
	const { engine, stop } = await startTestEngine("containerd");
	const dir = mkdtempSync("/var/tmp/berth-bench-");
	try {
		const context = join(dir, "context");
		mkdirSync(context);
		const base = await baseImage(engine);
		const build = (step: number, from: string | undefined, to: string) =>
			exportOnce({ engine, context, base, step, from, to });
		const recipe = join(dir, "recipe");
		await build(0, undefined, recipe);
		await berthBuild(build, join(dir, "root"), 0);
		const ours: Export[] = [];
		const theirs: Export[] = [];
		for (let step = 1; step <= rounds; step++) {
			theirs.push(await recipeBuild(build, recipe, step));
			ours.push(await berthBuild(build, join(dir, "root"), step));
		}
		return report(ours, theirs);
	} finally {
		await emptyBuilder(engine);
		await stop();
		rmSync(dir, { recursive: true, force: true });
	}
}

type Build = (step: number, from: string | undefined, to: string) => Promise<number>;

async function recipeBuild(build: Build, recipe: string, step: number): Promise<Export> {
	const fresh = `${recipe}-new`;
	const seconds = await build(step, recipe, fresh);
	const bytes = treeBytes(fresh);
	rmSync(recipe, { recursive: true });
	renameSync(fresh, recipe);
	return { seconds, bytes };
}

async function berthBuild(build: Build, root: string, step: number): Promise<Export> {
	const opened = openCache({ root, name: "bench", me, engine: null, now: new Date() });
	if (opened.kind === "failed") throw new Error(opened.problem);
	const dir = dirOf(opened.hold);
	const seconds = await build(step, opened.hold.clone.base === null ? undefined : dir, dir);
	const bytes = treeBytes(dir, (path) => statSync(path).nlink === 1);
	const commit = commitCache(opened.hold, me, { now: new Date() });
	if (commit.kind !== "swapped-in") throw new Error(`the commit ended as ${commit.kind}`);
	return { seconds, bytes };
}

type Request = {
	readonly engine: TestEngine;
	readonly context: string;
	readonly base: string;
	readonly step: number;
	readonly from: string | undefined;
	readonly to: string;
};

async function exportOnce({ engine, context, base, step, from, to }: Request): Promise<number> {
	const big = Array.from(
		{ length: layers },
		(_, at) => `RUN dd if=/dev/urandom of=/blob-${at} bs=1M count=${megabytes}`,
	);
	writeFileSync(
		join(context, "Dockerfile"),
		[`FROM ${base}`, ...big, `RUN echo ${step} > /last`, ""].join("\n"),
	);
	const cache = [
		...(from === undefined ? [] : ["--cache-from", localCacheFrom(from)]),
		"--cache-to",
		localCacheTo(to, { mode: "max" }),
	];
	const args = [
		"buildx",
		"build",
		"--progress",
		"rawjson",
		"--provenance=false",
		"--output",
		"type=cacheonly",
		...cache,
		context,
	];
	const { code, stderr } = await docker(engine, args, { timeoutMs: 600_000 });
	if (code !== 0) throw new Error(`the build failed: ${stderr.slice(-500)}`);
	return exportSeconds(stderr);
}

// buildx's raw progress has each vertex with its times; the export is one of them.
function exportSeconds(progress: string): number {
	const vertexes = progress
		.split("\n")
		.flatMap((line) => (line.startsWith("{") ? ((JSON.parse(line) as Progress).vertexes ?? []) : []));
	const done = vertexes.findLast(
		({ name, completed }) => name === "exporting cache to client directory" && completed,
	);
	if (done?.started === undefined || done.completed === undefined)
		throw new Error("the build exported no cache");
	return (Date.parse(done.completed) - Date.parse(done.started)) / 1000;
}

type Progress = {
	readonly vertexes?: readonly {
		readonly name: string;
		readonly started?: string;
		readonly completed?: string;
	}[];
};

function report(ours: readonly Export[], theirs: readonly Export[]): string[] {
	const [fast, slow] = [median(ours.map((each) => each.seconds)), median(theirs.map((each) => each.seconds))];
	return [
		`cache export of a ${layers * megabytes} MB cache, last small step changed, median of ${rounds}:`,
		`  into an empty directory   ${round(slow)} s, ${median(theirs.map((each) => each.bytes))} bytes written`,
		`  into a berth's clone      ${round(fast)} s, ${median(ours.map((each) => each.bytes))} bytes written`,
		`  ratio                     ${ratio(slow, fast)}x`,
	];
}
