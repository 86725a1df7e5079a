import { closeSync, linkSync, openSync, readSync, renameSync } from "node:fs";
import { type Digest, hexOf } from "../image/digest.ts";
import { readCurrent } from "./current.ts";
import { entriesOf, statOf, unless } from "./files.ts";
import { type LiveSet, strayDirectory } from "./layout.ts";
import type { BerthDir } from "./name.ts";
import { blobPath, blobsDir, paths } from "./paths.ts";
import { progressOf, type Say } from "./progress.ts";
import { berthsOf } from "./survey.ts";

// Below a disk block there is little to save, and a base image's metadata is most of the files.
const leastBytes = 4096;

/** A clone of a berth, about to be swapped in, and the blobs that it is made of. */
export type SharingRequest = {
	readonly root: string;
	readonly berth: BerthDir;
	readonly dir: string;
	readonly live: LiveSet;
	readonly say: Say | undefined;
};

/**
 * Replaces new blobs of a clone by hard links to equal ones of other berths, so that ten images on one base cost one
 * base. Equal means byte for byte: a neighbour's blob gone bad must not spread. Returns the bytes now shared; where
 * links can't be made, nothing is.
 */
export function shareWithNeighbours({ root, berth, dir, live, say }: SharingRequest): number {
	const compared = progressOf("Compared", say);
	const wanted = new Map<string, Digest>();
	for (const [digest, size] of live) {
		if (size >= leastBytes && statOf(blobPath(dir, digest))?.nlink === 1) wanted.set(hexOf(digest), digest);
	}
	let shared = 0;
	for (const neighbour of berthsOf(root)) {
		if (wanted.size === 0) break;
		const generation = neighbour === berth ? undefined : readCurrent(root, neighbour);
		if (generation === undefined) continue;
		if (!entriesOf(paths.generations(root, neighbour)).includes(generation)) continue;
		const theirs = paths.generation(root, neighbour, generation);
		if (strayDirectory(theirs) !== undefined) continue;
		for (const hex of entriesOf(blobsDir(theirs))) {
			const digest = wanted.get(hex);
			if (digest === undefined || !takeLink(blobPath(theirs, digest), blobPath(dir, digest))) continue;
			wanted.delete(hex);
			shared += live.get(digest) ?? 0;
			compared(live.get(digest) ?? 0);
		}
	}
	return shared;
}

// ENOENT: the neighbour's generation was retired meanwhile.
const refused = [
	"ENOENT",
	"ENOTDIR",
	"EPERM",
	"EACCES",
	"EXDEV",
	"EMLINK",
	"ENOTSUP",
	"EOPNOTSUPP",
	"ENOSYS",
	"EEXIST",
	"ELOOP",
];

function takeLink(theirs: string, ours: string): boolean {
	const temporary = `${ours}.shared`;
	return (
		unless(refused, () => {
			if (!statOf(theirs)?.isFile() || !sameBytes(theirs, ours)) return undefined;
			linkSync(theirs, temporary);
			renameSync(temporary, ours);
			return true;
		}) ?? false
	);
}

function sameBytes(one: string, other: string): boolean {
	const first = openSync(one, "r");
	try {
		const second = openSync(other, "r");
		try {
			return sameContent(first, second);
		} finally {
			closeSync(second);
		}
	} finally {
		closeSync(first);
	}
}

function sameContent(first: number, second: number): boolean {
	const [one, other] = [Buffer.allocUnsafe(1 << 20), Buffer.allocUnsafe(1 << 20)];
	for (;;) {
		const length = readFully(first, one);
		if (length !== readFully(second, other)) return false;
		if (length === 0) return true;
		if (one.compare(other, 0, length, 0, length) !== 0) return false;
	}
}

function readFully(file: number, buffer: Buffer): number {
	let length = 0;
	while (length < buffer.length) {
		const read = readSync(file, buffer, length, buffer.length - length, null);
		if (read === 0) break;
		length += read;
	}
	return length;
}
