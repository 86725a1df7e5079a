import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { Digest } from "./digest.ts";
import { type Hasher, sha256Hasher } from "./hash-thread.ts";
import { type Stretch, streamOf } from "./stretch.ts";
import { unzstd } from "./unzstd.ts";

/** A blob to be sent as it lies on disk. */
export type Blob = { readonly digest: Digest; readonly bytes: Stretch };

/** A blob whose bytes on disk are not what its digest says, or can't be read. */
export type BlobFault = { readonly digest: Digest; readonly reason: string };

/** A part of an archive, taken from its start to its end. */
export interface Part {
	readonly bytes: number;
	/** Fills the buffer as far as it can; 0 bytes at the end. A fault may show only there. */
	read(into: Buffer): number | BlobFault | Promise<number | BlobFault>;
	/** Resolves once the buffers filled so far may be filled again. */
	settled?(): Promise<unknown>;
	/** Lets go of what is open, wherever it was left. */
	close?(): void;
	/** Set if nothing else may be in a buffer before it. */
	readonly beginsABuffer?: true;
}

/**
 * A blob, hashed on its way. It is read in place of the caller's turn: a thread's hand-over for each quarter of a
 * megabyte costs more than the reading (measured).
 */
export class BlobPart implements Part {
	readonly bytes: number;
	readonly beginsABuffer = true;
	readonly #blob: Blob;
	readonly #onBytes: (bytes: number) => void;
	#hasher: Hasher | undefined;
	#file: number | undefined;
	#taken = 0;

	constructor(blob: Blob, onBytes: (bytes: number) => void) {
		this.bytes = blob.bytes.size;
		this.#blob = blob;
		this.#onBytes = onBytes;
	}

	read(into: Buffer): number | Promise<number | BlobFault> | BlobFault {
		const { bytes, digest } = this.#blob;
		this.#hasher ??= sha256Hasher(bytes.size, into.buffer instanceof SharedArrayBuffer);
		if (this.#taken === bytes.size) return this.#end(this.#hasher);
		try {
			this.#file ??= open(bytes.path);
			const wanted = Math.min(into.length, bytes.size - this.#taken);
			const read = readSync(this.#file, into, 0, wanted, bytes.offset + this.#taken);
			if (read === 0) return { digest, reason: `ended after ${this.#taken} of ${bytes.size} bytes` };
			this.#hasher.update(into.subarray(0, read));
			this.#taken += read;
			this.#onBytes(read);
			return read;
		} catch (error) {
			return { digest, reason: unreadable(error) };
		}
	}

	async settled(): Promise<void> {
		// A thread that died is heard of at the end, where there is an answer to give.
		await this.#hasher?.settled().catch(() => undefined);
	}

	close(): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}

	async #end(hasher: Hasher): Promise<number | BlobFault> {
		this.close();
		const { digest } = this.#blob;
		try {
			if (`sha256:${await hasher.digest()}` === digest) return 0;
			return { digest, reason: "has other bytes than its name says" };
		} catch (error) {
			return { digest, reason: unreadable(error) };
		}
	}
}

function open(path: string): number {
	// A pipe that took the blob's place does not hold us up.
	const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	if (fstatSync(file).isFile()) return file;
	closeSync(file);
	throw new Error("it is no file any more");
}

/** A zstd blob, unpacked and hashed on its way. */
export class UnpackedPart implements Part {
	readonly bytes: number;
	readonly beginsABuffer = true;
	readonly #digest: Digest;
	readonly #chunks: AsyncGenerator<Buffer>;
	readonly #hash = createHash("sha256");
	#rest: Buffer = Buffer.alloc(0);
	#left: number;

	constructor({ digest, bytes }: Blob, unpackedBytes: number, onBytes: (bytes: number) => void) {
		this.bytes = unpackedBytes;
		this.#digest = digest;
		this.#left = unpackedBytes;
		this.#chunks = this.#unpack(bytes, onBytes);
	}

	async read(into: Buffer): Promise<number | BlobFault> {
		try {
			if (this.#rest.length === 0) {
				const next = await this.#chunks.next();
				if (next.done === true) return this.#end();
				this.#rest = next.value;
			}
		} catch (error) {
			return { digest: this.#digest, reason: unreadable(error) };
		}
		const copied = this.#rest.copy(into);
		this.#rest = this.#rest.subarray(copied);
		return copied;
	}

	close(): void {
		void this.#chunks.return(undefined);
	}

	// A file that changes between its two readings must not shift what comes after it.
	async *#unpack(bytes: Stretch, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
		const hash = this.#hash;
		const packed = async function* () {
			for await (const chunk of streamOf(bytes) as AsyncIterable<Buffer>) {
				hash.update(chunk);
				onBytes(chunk.length);
				yield chunk;
			}
		};
		for await (const chunk of unzstd(packed())) {
			this.#left -= chunk.length;
			if (this.#left < 0) break;
			yield chunk;
		}
		if (this.#left !== 0) throw new Error(`it unpacks to other than ${this.bytes} bytes`);
	}

	#end(): number | BlobFault {
		const digest = this.#digest;
		return `sha256:${this.#hash.digest("hex")}` === digest
			? 0
			: { digest, reason: "has other bytes than its name says" };
	}
}

function unreadable(error: unknown): string {
	return `can't be read: ${error instanceof Error ? error.message : String(error)}`;
}
