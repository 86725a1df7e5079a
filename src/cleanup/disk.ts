import { statfsSync, statSync } from "node:fs";
import { join } from "node:path";

/** A disk as the kernel tells of it, whatever an engine or a cache claims to hold. */
export type Disk = {
	/** The first of the paths asked about that lies on it. */
	readonly path: string;
	/** Tells it from other disks for as long as it is mounted. */
	readonly device: string;
	readonly totalBytes: number;
	readonly usedBytes: number;
	/** What an ordinary user can still write. */
	readonly freeBytes: number;
};

// Each subvolume has a device number of its own, and all say what the whole has.
const btrfs = 0x9123683e;

/**
 * The disks that paths lie on, each once, in the order of the paths; a path that isn't there lies on none. To look takes
 * the right to reach a folder, not to read it, so that any user may ask about an engine's.
 */
export function disksAt(paths: readonly string[]): readonly Disk[] {
	const disks = new Map<string, Disk>();
	for (const path of paths) {
		const disk = diskAt(path);
		if (disk !== undefined && !disks.has(disk.device)) disks.set(disk.device, disk);
	}
	return [...disks.values()];
}

/**
 * Where an engine keeps its data, as far as this machine has it: its root, and containerd's, which may lie on another
 * disk. Only an engine that is reached through a socket of this machine can keep anything here (`local`). The socket may
 * also have been mounted into the container that this runs in: then the root isn't there, and that is all to go by.
 */
export function engineFolders(dataRoot: string, { local }: { readonly local: boolean }): readonly string[] {
	if (!local || diskAt(dataRoot) === undefined) return [];
	// The first where dockerd starts a containerd of its own, the second where it uses the machine's.
	return [dataRoot, join(dataRoot, "containerd"), "/var/lib/containerd"];
}

/** What came free from one look at some disks to another, each counted once; less than none counts as none. */
export function freedBytes(before: readonly Disk[], after: readonly Disk[]): number {
	const later = new Map(after.map(({ device, usedBytes }) => [device, usedBytes]));
	const freed = before.map(({ device, usedBytes }) => usedBytes - (later.get(device) ?? usedBytes));
	return Math.max(
		0,
		freed.reduce((sum, bytes) => sum + bytes, 0),
	);
}

function diskAt(path: string): Disk | undefined {
	try {
		const { type, bsize, blocks, bfree, bavail } = statfsSync(path);
		const device = type === btrfs ? `btrfs ${blocks}` : String(statSync(path).dev);
		const totalBytes = blocks * bsize;
		return { path, device, totalBytes, usedBytes: totalBytes - bfree * bsize, freeBytes: bavail * bsize };
	} catch {
		// It isn't there, or can't be reached, which comes to the same.
		return undefined;
	}
}
