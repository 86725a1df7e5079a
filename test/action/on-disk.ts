import { chmodSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a user finds in a berth on disk. */
export type Berth = {
	readonly dir: string;
	readonly current: string | undefined;
	readonly generations: readonly string[];
	readonly clones: readonly string[];
	/** The directory of the generation in force. */
	readonly generation: string;
};

/** Looks into a berth. */
export function berthIn(root: string, encoded: string): Berth {
	const dir = join(root, "berths", encoded);
	const current = entries(dir).includes("current")
		? readFileSync(join(dir, "current"), "utf8").trim()
		: undefined;
	return {
		dir,
		current,
		generations: entries(join(dir, "generations")),
		clones: entries(join(dir, "clones")),
		generation: join(dir, "generations", current ?? "none"),
	};
}

/** The blobs of a layout, by path. */
export function blobsOf(layout: string): string[] {
	const dir = join(layout, "blobs", "sha256");
	return entries(dir).map((name) => join(dir, name));
}

/** The layers of a layout: its blobs that are no metadata. */
export function layersOf(layout: string): string[] {
	return blobsOf(layout).filter((path) => readFileSync(path)[0] !== "{".charCodeAt(0));
}

/** Bytes on disk below a directory, each file once whatever its links. */
export function bytesBelow(dir: string): number {
	const files = new Map<number, number>();
	const walk = (path: string): void => {
		const stat = lstatSync(path);
		if (stat.isDirectory()) for (const name of readdirSync(path)) walk(join(path, name));
		else files.set(stat.ino, stat.size);
	};
	walk(dir);
	return [...files.values()].reduce((sum, size) => sum + size, 0);
}

/** The names in a directory, sorted; none if there is no such directory. */
export function entries(dir: string): string[] {
	try {
		return readdirSync(dir).sort();
	} catch {
		return [];
	}
}

/** Alters a byte of a blob, and with it of every hard link to it; returns what its name says. */
export function flip(path: string): string {
	const bytes = readFileSync(path);
	bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
	writeFileSync(writable(path), bytes);
	return path.slice(-64);
}

/** Makes a blob writable, which BuildKit leaves none. */
export function writable(path: string): string {
	chmodSync(path, 0o644);
	return path;
}
