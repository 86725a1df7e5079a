import {
	closeSync,
	constants,
	fsyncSync,
	lstatSync,
	openSync,
	readdirSync,
	readSync,
	renameSync,
	rmSync,
	type Stats,
	writeSync,
} from "node:fs";
import { join } from "node:path";

/** The `code` of a file system error, or undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Runs one file system call whose named error codes are an expected "no". */
export function unless<T>(codes: readonly string[], call: () => T): T | undefined {
	try {
		return call();
	} catch (error) {
		if (codes.includes(errnoOf(error) ?? "")) return undefined;
		throw error;
	}
}

/** `lstat`, or undefined where nothing lies. Never follows a link. */
export function statOf(path: string): Stats | undefined {
	return lstatSync(path, { throwIfNoEntry: false });
}

/** The entries of a directory; none if it is missing, is no directory, or is a link. */
export function entriesOf(dir: string): string[] {
	if (!statOf(dir)?.isDirectory()) return [];
	return unless(["ENOENT", "ENOTDIR"], () => readdirSync(dir)) ?? [];
}

/** A small regular file's text; undefined if it is missing, larger than `most` bytes, or not a regular file. */
export function readSmall(path: string, most: number): string | undefined {
	// O_NOFOLLOW and O_NONBLOCK: a link or a pipe put in a cache root is not read, and does not hang us.
	const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
	const file = unless(["ENOENT", "ELOOP", "ENOTDIR", "ENXIO", "EISDIR"], () => openSync(path, flags));
	if (file === undefined) return undefined;
	try {
		const buffer = Buffer.alloc(most + 1);
		let length = 0;
		for (;;) {
			const read = unless(["EISDIR"], () => readSync(file, buffer, length, buffer.length - length, null));
			if (read === undefined) return undefined;
			length += read;
			if (length > most) return undefined;
			if (read === 0) return buffer.toString("utf8", 0, length);
		}
	} finally {
		closeSync(file);
	}
}

/** Makes a file's bytes, or a directory's names, survive a power cut. */
export function sync(path: string): void {
	const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		// Some network file systems know no fsync of a directory; there is nothing better to do there.
		unless(["EINVAL", "ENOTSUP"], () => fsyncSync(file));
	} finally {
		closeSync(file);
	}
}

/**
 * Replaces a file by rename, durably: a reader sees the old text or the new, a power cut leaves one of them. Whatever
 * else has the name, a link or a directory, makes way.
 */
export function replaceFile(dir: string, name: string, text: string, temporary: string): void {
	const staged = join(dir, temporary);
	try {
		writeDurably(staged, text);
		if (statOf(join(dir, name))?.isDirectory()) rmSync(join(dir, name), { recursive: true, force: true });
		renameSync(staged, join(dir, name));
	} catch (error) {
		rmSync(staged, { force: true });
		throw error;
	}
	sync(dir);
}

function writeDurably(path: string, text: string): void {
	const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
	const file = openSync(path, flags, 0o644);
	try {
		writeSync(file, text);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
