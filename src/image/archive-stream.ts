import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { Header } from "tar/header";
import type { Digest } from "./digest.ts";
import { type Stretch, streamOf } from "./stretch.ts";
import { unzstd } from "./unzstd.ts";

/** A blob to be sent as it lies on disk. */
export type Blob = { readonly digest: Digest; readonly bytes: Stretch };

/** A file of an archive that is made while it is sent. */
export type Entry =
	| { readonly name: string; readonly content: Buffer }
	| { readonly name: string; readonly blob: Blob }
	/** A zstd blob that is unpacked on its way, to so many bytes. */
	| { readonly name: string; readonly blob: Blob; readonly unpackedBytes: number }
	/** A symlink to another entry, by its name. */
	| { readonly name: string; readonly link: string };

/** A blob whose bytes on disk are not what its digest says, or can't be read. */
export type BlobFault = { readonly digest: Digest; readonly reason: string };

/** An archive on its way. It breaks off before its end, and says why, if a blob proves wrong. */
export type ArchiveStream = { readonly stream: Readable; readonly fault: () => BlobFault | undefined };

const blockBytes = 512;

/**
 * A tar of the entries, in order, read from disk as it is taken: nothing is staged, and no blob is ever held whole.
 * Each blob is hashed on its way. Whoever makes the archive puts what gives it meaning (`manifest.json`, `index.json`)
 * last, so that one that breaks off is no image.
 */
export function streamArchive(entries: readonly Entry[], onBytes: (bytes: number) => void): ArchiveStream {
	let found: BlobFault | undefined;
	const stream = Readable.from(
		(async function* () {
			for (const entry of entries) {
				yield headerOf(entry);
				if ("content" in entry) yield entry.content;
				if ("blob" in entry) {
					const unpacked = "unpackedBytes" in entry ? entry.unpackedBytes : undefined;
					found = yield* checkedBlob(entry.blob, unpacked, onBytes);
					if (found !== undefined) throw new Error(`${found.digest} ${found.reason}`);
				}
				const padding = -sizeOf(entry) & (blockBytes - 1);
				if (padding > 0) yield Buffer.alloc(padding);
			}
			yield Buffer.alloc(2 * blockBytes);
		})(),
		{ objectMode: false, highWaterMark: 1 },
	);
	return { stream, fault: () => found };
}

async function* checkedBlob(
	{ digest, bytes }: Blob,
	unpacked: number | undefined,
	onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer, BlobFault | undefined> {
	const hash = createHash("sha256");
	let length = 0;
	const tap = async function* () {
		for await (const chunk of streamOf(bytes) as AsyncIterable<Buffer>) {
			hash.update(chunk);
			length += chunk.length;
			onBytes(chunk.length);
			yield chunk;
		}
	};
	try {
		if (unpacked === undefined) yield* tap();
		else yield* exactly(unpacked, unzstd(tap()));
	} catch (error) {
		return { digest, reason: `can't be read: ${error instanceof Error ? error.message : String(error)}` };
	}
	if (length !== bytes.size) return { digest, reason: `ended after ${length} of ${bytes.size} bytes` };
	return `sha256:${hash.digest("hex")}` === digest
		? undefined
		: { digest, reason: "has other bytes than its name says" };
}

// A file that changes between its two readings must not shift what comes after it.
async function* exactly(bytes: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let left = bytes;
	for await (const chunk of chunks) {
		left -= chunk.length;
		if (left < 0) break;
		yield chunk;
	}
	if (left !== 0) throw new Error(`it unpacks to other than ${bytes} bytes`);
}

function sizeOf(entry: Entry): number {
	if ("content" in entry) return entry.content.length;
	if ("unpackedBytes" in entry) return entry.unpackedBytes;
	return "blob" in entry ? entry.blob.bytes.size : 0;
}

function headerOf(entry: Entry): Buffer {
	const header = new Header({
		path: entry.name,
		mode: 0o644,
		uid: 0,
		gid: 0,
		size: sizeOf(entry),
		mtime: new Date(0),
		type: "link" in entry ? "SymbolicLink" : "File",
		...("link" in entry ? { linkpath: entry.link } : {}),
	});
	const block = Buffer.alloc(blockBytes);
	header.encode(block);
	return block;
}
