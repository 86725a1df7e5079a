import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodeName } from "../../src/cache/name.ts";

/** What lies in a cache root, as `find` would show it. */
export type OnDisk = {
	readonly current: string | undefined;
	readonly generations: readonly string[];
	readonly clones: readonly string[];
	/** Whatever else the berth holds. */
	readonly others: readonly string[];
	readonly jobs: readonly string[];
};

export function berthPath(root: string, name: string, ...rest: string[]): string {
	return join(root, "berths", encodeName(name), ...rest);
}

/** Where the generation in force lies. */
export function inForce(root: string, name: string): string {
	return berthPath(root, name, "generations", readFileSync(berthPath(root, name, "current"), "utf8").trim());
}

export function look(root: string, name: string): OnDisk {
	const parts = ["current", "generations", "clones"];
	return {
		current: entries(berthPath(root, name)).includes("current")
			? readFileSync(berthPath(root, name, "current"), "utf8").trim()
			: undefined,
		generations: entries(berthPath(root, name, "generations")),
		clones: entries(berthPath(root, name, "clones")),
		others: entries(berthPath(root, name)).filter((entry) => !parts.includes(entry)),
		jobs: entries(join(root, "jobs")),
	};
}

export function entries(dir: string): string[] {
	return lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(dir).sort() : [];
}

/** What a tree takes on the disk; a file with several names counts once. */
export function usage(path: string): { inodes: number; bytes: number } {
	const files = new Map<number, number>();
	collect(path, files);
	return { inodes: files.size, bytes: [...files.values()].reduce((sum, size) => sum + size, 0) };
}

function collect(path: string, files: Map<number, number>): void {
	const stat = lstatSync(path);
	files.set(stat.ino, stat.blocks * 512);
	if (stat.isDirectory()) for (const entry of readdirSync(path)) collect(join(path, entry), files);
}

export function inode(path: string): number {
	return lstatSync(path).ino;
}
