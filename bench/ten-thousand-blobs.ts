/** What opening and committing a berth cost with 100, 1,000 and 10,000 blobs. Run as a process of its own, for its memory. */
import { createHash } from "node:crypto";
import {
	closeSync,
	fsyncSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	rmSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { readCurrent, replaceCurrent } from "../src/cache/current.ts";
import { encodeName } from "../src/cache/name.ts";
import { blobsDir, type GenerationId } from "../src/cache/paths.ts";
import { commitCache, dirOf, openCache } from "../src/cache/store.ts";
import { round } from "./measure.ts";

const me = { runner: "bench", job: "bench" };

/** Prints a line for each size; the peak memory last. */
export function benchBlobs(): string[] {
	const dir = mkdtempSync("/var/tmp/berth-bench-");
	try {
		const lines = [100, 1_000, 10_000].map((blobs) => measure(join(dir, String(blobs)), blobs));
		return [
			"open and commit by number of blobs, one new blob a commit:",
			...lines,
			`  peak memory of the process   ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
		];
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function measure(root: string, blobs: number): string {
	cycle(root, blobs);
	const { open, commit } = cycle(root, blobs + 1);
	const berth = encodeName("bench");
	const current = readCurrent(root, berth);
	if (current === undefined) throw new Error("nothing was swapped in");
	const swap = timed(() => replaceCurrent(root, berth, current as GenerationId)).seconds;
	return `  ${String(blobs).padStart(6)} blobs   open ${round(open)} s, commit ${round(commit)} s, of which the swap ${round(swap)} s`;
}

function cycle(root: string, blobs: number): { open: number; commit: number } {
	const opened = timed(() => openCache({ root, name: "bench", me, engine: null, now: new Date() }));
	if (opened.value.kind === "failed") throw new Error(opened.value.problem);
	const { hold } = opened.value;
	exportInto(dirOf(hold), blobs);
	const committed = timed(() => commitCache(hold, me, { now: new Date() }));
	if (committed.value.kind !== "swapped-in") throw new Error(`the commit ended as ${committed.value.kind}`);
	return { open: opened.seconds, commit: committed.seconds };
}

// As BuildKit does it: blobs that are there are left alone, new ones are made durable, the index comes last.
function exportInto(dir: string, blobs: number): void {
	mkdirSync(blobsDir(dir), { recursive: true });
	const layers = Array.from({ length: blobs }, (_, at) => ({
		mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
		...write(dir, `layer ${at}`),
	}));
	const config = { mediaType: "application/vnd.buildkit.cacheconfig.v0", ...write(dir, "{}") };
	const mediaType = "application/vnd.oci.image.manifest.v1+json";
	const manifest = {
		mediaType,
		...write(dir, JSON.stringify({ schemaVersion: 2, mediaType, config, layers })),
	};
	writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	writeFileSync(join(dir, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}

function write(dir: string, text: string): { digest: string; size: number } {
	const hex = createHash("sha256").update(text).digest("hex");
	try {
		const file = openSync(join(blobsDir(dir), hex), "wx", 0o444);
		writeSync(file, text);
		fsyncSync(file);
		closeSync(file);
	} catch {
		// It is there already.
	}
	return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
}

function timed<T>(act: () => T): { value: T; seconds: number } {
	const began = performance.now();
	const value = act();
	return { value, seconds: (performance.now() - began) / 1000 };
}

if (process.argv[1] === import.meta.filename) for (const line of benchBlobs()) console.log(line);
