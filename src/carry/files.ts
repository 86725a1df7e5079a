import {
	closeSync,
	constants,
	copyFileSync,
	fstatSync,
	linkSync,
	lstatSync,
	openSync,
	readFileSync,
	renameSync,
} from "node:fs";

/** The `code` of a file system error, or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a directory lies there, and not a link to one. */
export function isDirectory(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** How an untrusted file is opened: a link or a pipe in its place is not followed, and does not hang us. */
export const openUntrusted = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A small regular file's bytes; undefined if it is missing, larger than `most` bytes, or no regular file. */
export function readSmall(path: string, most: number): Buffer | undefined {
	let file: number;
	try {
		file = openSync(path, openUntrusted);
	} catch (error) {
		if (["ENOENT", "ELOOP", "ENOTDIR", "ENXIO", "EACCES"].includes(errnoOf(error) ?? "")) return undefined;
		throw error;
	}
	try {
		const stat = fstatSync(file);
		return stat.isFile() && stat.size <= most ? readFileSync(file) : undefined;
	} finally {
		closeSync(file);
	}
}

// EPERM: fs.protected_hardlinks and another user's file; EXDEV: another file system; EMLINK: 65,000 links on ext4.
const unlinkable = ["EPERM", "EACCES", "EXDEV", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

/** Gives a file another name, or where the system allows none, a copy. */
export function linkOrCopy(from: string, to: string): void {
	try {
		linkSync(from, to);
	} catch (error) {
		if (!unlinkable.includes(errnoOf(error) ?? "")) throw error;
		copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
	}
}

/** Moves a file to a name that is free, by copy where it has to go to another file system. */
export function moveFile(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		if (errnoOf(error) !== "EXDEV") throw error;
		copyFileSync(from, to, constants.COPYFILE_EXCL);
	}
}
