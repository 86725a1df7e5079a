import { rmSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, errnoOf, statOf } from "./files.ts";

/** What the system says where something must stay, being another user's or a mount. */
export const notOurs: readonly string[] = ["EACCES", "EPERM", "EBUSY", "EROFS"];

/** What became of a tree that was to go; refused: some of it must stay, being another user's or a mount. */
export type Taken =
	| { readonly kind: "gone"; readonly bytes: number }
	| { readonly kind: "refused"; readonly why: string };

/** Removes a tree without following links; says how many bytes of disk came free, files with other names freeing none. */
export function takeTree(path: string): Taken {
	try {
		const bytes = bytesFreedBy(path, new Map());
		rmSync(path, { recursive: true, force: true, maxRetries: 2 });
		return { kind: "gone", bytes };
	} catch (error) {
		const code = errnoOf(error);
		// In Node 24 rmSync's error has an empty code where the system says EBUSY or EROFS.
		if (code === undefined || !(code === "" || notOurs.includes(code))) throw error;
		const isForbidden = code === "EACCES" || code === "EPERM";
		return { kind: "refused", why: isForbidden ? forbidden() : "something is mounted in it" };
	}
}

/** Says that a thing may not be removed by who runs this, as a clause. */
export function forbidden(): string {
	return `uid ${process.geteuid?.()} may not remove it`;
}

/** Removes a tree without following links; says the bytes that came free, or undefined where some of it must stay. */
export function removeTree(path: string): number | undefined {
	const taken = takeTree(path);
	return taken.kind === "gone" ? taken.bytes : undefined;
}

/** For each file of several names that was counted as going: how many of them go. */
export type NamesGone = Map<string, number>;

/** The disk that comes free if a tree goes, after all that was counted into `gone` before. */
export function bytesFreedBy(path: string, gone: NamesGone): number {
	const stat = statOf(path);
	if (stat === undefined) return 0;
	const own = stat.blocks * 512;
	if (stat.isDirectory())
		return entriesOf(path).reduce((bytes, entry) => bytes + bytesFreedBy(join(path, entry), gone), own);
	if (stat.nlink === 1) return own;
	const inode = `${stat.dev}:${stat.ino}`;
	const names = (gone.get(inode) ?? 0) + 1;
	gone.set(inode, names);
	return names === stat.nlink ? own : 0;
}

/** Collects the disk that each file of a tree takes, by inode; directories don't count. */
export function collectFiles(path: string, files: Map<string, number>): void {
	const stat = statOf(path);
	if (stat?.isDirectory()) for (const entry of entriesOf(path)) collectFiles(join(path, entry), files);
	else if (stat !== undefined) files.set(`${stat.dev}:${stat.ino}`, stat.blocks * 512);
}
