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

/** What came free between two looks. */
export function freedBetween(before: MachineDisks, after: MachineDisks): number {
	return freedBytes(before.all, after.all);
}
