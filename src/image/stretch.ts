import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { type Unfit, unfit } from "./unfit.ts";

/** Bytes at rest: a whole file, or a part of an archive. Nothing is opened before they are read. */
export type Stretch = { readonly path: string; readonly offset: number; readonly size: number };

// Larger chunks cost memory, smaller ones cost turns of the event loop.
const chunkBytes = 512 * 1024;

/** A regular file as a stretch, links followed, as Bazel's trees are made of them; undefined for anything else. */
export function fileStretch(path: string): Stretch | undefined {
	const file = openRegular(path);
	if (file === undefined) return undefined;
	try {
		return { path, offset: 0, size: fstatSync(file).size };
	} finally {
		closeSync(file);
	}
}

/** Opens a file for reading; undefined if it is none, or may not be read. A pipe or a device never holds us up. */
export function openRegular(path: string): number | undefined {
	let file: number;
	try {
		file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch {
		return undefined;
	}
	if (fstatSync(file).isFile()) return file;
	closeSync(file);
	return undefined;
}

/** Metadata is read whole, within `most` bytes; layers never are. */
export function readWhole({ path, offset, size }: Stretch, most: number): Buffer | Unfit {
	if (size > most) return unfit(`has metadata of ${size} bytes, over the bound of ${most}`);
	const file = openRegular(path);
	if (file === undefined) return unfit(`lost ${JSON.stringify(path)} while it was read`);
	try {
		const buffer = Buffer.alloc(size);
		const read = fill(file, buffer, offset);
		return read === size ? buffer : unfit(`ends in the middle of ${JSON.stringify(path)}`);
	} finally {
		closeSync(file);
	}
}

/** Reads from `offset` on until the buffer is full or the file ends; says how many bytes that were. */
export function fill(file: number, buffer: Buffer, offset: number): number {
	let length = 0;
	while (length < buffer.length) {
		const read = readSync(file, buffer, length, buffer.length - length, offset + length);
		if (read === 0) break;
		length += read;
	}
	return length;
}

/** The bytes, a chunk at a time; fewer come if the file was cut short meanwhile. Throws if it is gone. */
export function streamOf({ path, offset, size }: Stretch): Readable {
	if (size === 0) return createReadStream("/dev/null");
	// What has become a pipe meanwhile fails to be read at a place, instead of being waited for.
	const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	return createReadStream(path, { fd, start: offset, end: offset + size - 1, highWaterMark: chunkBytes });
}
