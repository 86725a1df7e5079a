import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hexOf } from "../image/digest.ts";
import type { Clone } from "./clone.ts";
import { noteUse, readCurrent, replaceCurrent } from "./current.ts";
import { entriesOf, statOf, sync, unless } from "./files.ts";
import { wasExportedTo } from "./fill-clone.ts";
import { type Layout, type LiveSet, reach, readLayout, sameRoots } from "./layout.ts";
import { blobPath, blobsDir, type GenerationId, paths } from "./paths.ts";
import type { Say } from "./progress.ts";
import { shareWithNeighbours } from "./sharing.ts";
import { removeTree } from "./trees.ts";

/** What became of a clone. Bytes are those of the blobs that the generation reaches, reused or new. */
export type Commit =
	| {
			readonly kind: "swapped-in";
			readonly generation: GenerationId;
			readonly bytesReused: number;
			readonly bytesWritten: number;
			/** Of those written, the bytes that another berth had too, and that now lie on the disk once. */
			readonly bytesShared: number;
	  }
	| { readonly kind: "unchanged"; readonly generation: GenerationId; readonly bytesReused: number }
	| { readonly kind: "nothing-exported" }
	| { readonly kind: "broken"; readonly reason: string };

/**
 * Makes a clone the generation in force, if a build wrote a new and whole `index.json` into it. Killed at any
 * instruction it leaves the former generation in force. The clone is gone afterwards, whatever the outcome; the
 * job's record may only be removed then.
 */
export function commitClone(
	root: string,
	clone: Clone,
	{ now, say }: { now: Date; say: Say | undefined },
): Commit {
	const dir = paths.clone(root, clone.berth, clone.id);
	const layout: Layout = wasExportedTo(dir) ? readLayout(dir) : { kind: "empty" };
	if (layout.kind !== "whole") {
		removeTree(dir);
		return layout.kind === "empty" ? { kind: "nothing-exported" } : layout;
	}
	const current = readInForce(root, clone);
	if (clone.base !== null && current !== undefined && sameRoots(clone.base.roots, layout.roots)) {
		removeTree(dir);
		noteUse(root, clone.berth, now);
		return { kind: "unchanged", generation: current, bytesReused: total(layout.live) };
	}
	const bytesReused = reusedBytes(dir, clone, layout.live);
	sweep(dir, layout.live);
	const bytesShared = shareWithNeighbours({ root, berth: clone.berth, dir, live: layout.live, say });
	makeDurable(dir, layout.live);
	if (!swapIn(root, clone, dir)) return { kind: "broken", reason: "its directory was removed meanwhile" };
	return {
		kind: "swapped-in",
		generation: clone.id,
		bytesReused,
		bytesWritten: total(layout.live) - bytesReused,
		bytesShared,
	};
}

function readInForce(root: string, { berth }: Clone): GenerationId | undefined {
	const current = readCurrent(root, berth);
	return current !== undefined && statOf(paths.generation(root, berth, current)) ? current : undefined;
}

/** Drops a clone that is not to be committed. */
export function discardClone(root: string, clone: Clone): void {
	removeTree(paths.clone(root, clone.berth, clone.id));
}

// The former generation's manifest is still in the clone until the sweep, so what it reached can be asked of it.
function reusedBytes(dir: string, clone: Clone, live: LiveSet): number {
	const before = clone.base === null ? undefined : reach(dir, clone.base.roots);
	if (before?.kind !== "whole") return 0;
	return total(new Map([...live].filter(([digest]) => before.live.has(digest))));
}

// An export only ever adds, so what the new index doesn't reach is the growth that people complain of.
function sweep(dir: string, live: LiveSet): void {
	for (const entry of entriesOf(dir)) {
		if (!["blobs", "index.json", "oci-layout"].includes(entry))
			rmSync(join(dir, entry), { recursive: true, force: true });
	}
	const names = new Set([...live.keys()].map(hexOf));
	for (const entry of entriesOf(blobsDir(dir))) {
		if (!names.has(entry)) rmSync(join(blobsDir(dir), entry), { recursive: true, force: true });
	}
}

function makeDurable(dir: string, live: LiveSet): void {
	for (const digest of live.keys()) {
		// More than one name means that it came, or is now shared, from a generation that was made durable before.
		if (statOf(blobPath(dir, digest))?.nlink === 1) sync(blobPath(dir, digest));
	}
	for (const path of [
		blobsDir(dir),
		join(dir, "blobs"),
		join(dir, "index.json"),
		join(dir, "oci-layout"),
		dir,
	]) {
		if (existsSync(path)) sync(path);
	}
}

function swapIn(root: string, { berth, id }: Clone, dir: string): boolean {
	const generations = paths.generations(root, berth);
	for (;;) {
		mkdirSync(generations, { recursive: true });
		// Retention may take the empty directory of a berth out of use away; the clone itself it never touches.
		if (unless(["ENOENT"], () => renameSync(dir, join(generations, id)) ?? true)) break;
		if (statOf(dir) === undefined) return false;
	}
	sync(generations);
	// Retention takes this one too, once it is empty.
	unless(["ENOENT"], () => sync(paths.clones(root, berth)));
	replaceCurrent(root, berth, id);
	return true;
}

function total(live: LiveSet): number {
	return [...live.values()].reduce((sum, size) => sum + size, 0);
}
