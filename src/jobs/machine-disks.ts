import { setTimeout } from "node:timers/promises";
import { type Disk, disksAt, engineFolders, freedBytes } from "../cleanup/disk.ts";
import type { EngineInfo } from "../engine/engine.ts";

/** The disks that the engine and the cache root lie on. */
export type MachineDisks = {
	readonly all: readonly Disk[];
	/** The engine's; undefined where there is none, or it is another machine's. */
	readonly engine: Disk | undefined;
	/** Whether the cache root lies on that, too. */
	readonly hasRoot: boolean;
	/** What a report shows as free: of the engine's disk, else of the cache root's. */
	readonly shownFreeBytes: number | null;
};

/** Looks at them. */
export function measureDisks(root: string, info: EngineInfo | undefined): MachineDisks {
	const folders = info === undefined ? [] : engineFolders(info.dataRoot, info);
	const all = disksAt([...folders, root]);
	const [engine] = disksAt(folders.slice(0, 1));
	const [cache] = disksAt([root]);
	return {
		...{ all, engine },
		hasRoot: engine !== undefined && engine.device === cache?.device,
		shownFreeBytes: (engine ?? cache)?.freeBytes ?? null,
	};
}

const pauseMs = 250;
const calmMs = 1_000;
const mostMs = 5_000;

/**
 * Looks once things have settled: the containerd store says that an image is deleted, and throws away what was in it in
 * its own time (seen on 28.5 under load). As long as less came free than was thought, waits for the disk to be calm.
 */
export async function measureSettled(
	before: MachineDisks,
	{ root, info, thoughtBytes }: Settling,
): Promise<MachineDisks> {
	let disks = measureDisks(root, info);
	if (info?.store !== "containerd") return disks;
	const isShort = () => freedBetween(before, disks) < thoughtBytes * 0.9;
	const latest = performance.now() + mostMs;
	let calm = 0;
	while (isShort() && calm < calmMs && performance.now() < latest) {
		await setTimeout(pauseMs);
		const next = measureDisks(root, info);
		calm = freedBetween(disks, next) > 0 ? 0 : calm + pauseMs;
		disks = next;
	}
	return disks;
}

type Settling = {
	readonly root: string;
	readonly info: EngineInfo | undefined;
	/** What was thought to come free. */
	readonly thoughtBytes: number;
};

/** What came free between two looks. */
export function freedBetween(before: MachineDisks, after: MachineDisks): number {
	return freedBytes(before.all, after.all);
}
