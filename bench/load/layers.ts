import { createHash, type Hash, randomBytes } from "node:crypto";
import {
	closeSync,
	createReadStream,
	createWriteStream,
	ftruncateSync,
	openSync,
	renameSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Header } from "tar/header";

/** How a layer is packed, in the words of its media type. */
export type Packing = "tar" | "tar+gzip";

/** A layer on disk: a tar with one file in it. */
export type BenchLayer = {
	readonly path: string;
	readonly digest: string;
	readonly diffId: string;
	readonly mediaType: string;
	readonly size: number;
};

const blockBytes = 512;
const chunkBytes = 4_000_000;
let made = 0;

/** Makes a layer whose one file has random bytes, which no packing makes smaller. */
export async function randomLayer(dir: string, bytes: number, packing: Packing): Promise<BenchLayer> {
	const name = `file-${++made}`;
	const file = join(dir, name);
	const [plain, packed] = [createHash("sha256"), createHash("sha256")];
	// Random bytes are only stored by any level; this one does not try.
	const pack = packing === "tar" ? new PassThrough() : createGzip({ level: 0 });
	let size = 0;
	const count = (chunk: Buffer) => (size += chunk.length);
	await pipeline(
		Readable.from(tarOf(name, bytes)),
		tap(plain),
		pack,
		tap(packed, count),
		createWriteStream(file),
	);
	return keep(dir, file, { diffId: hexOf(plain), digest: hexOf(packed), size, packing });
}

/** Makes a layer whose one file is zeros: as long as asked for, but next to nothing on this disk. */
export async function zeroLayer(dir: string, bytes: number): Promise<BenchLayer> {
	const name = `file-${++made}`;
	const file = join(dir, name);
	const size = bytes + paddingOf(bytes) + 3 * blockBytes;
	const handle = openSync(file, "wx");
	writeSync(handle, headerOf(name, bytes));
	ftruncateSync(handle, size);
	closeSync(handle);
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) hash.update(chunk);
	const digest = hexOf(hash);
	return keep(dir, file, { diffId: digest, digest, size, packing: "tar" });
}

type Made = {
	readonly diffId: string;
	readonly digest: string;
	readonly size: number;
	readonly packing: Packing;
};

function keep(dir: string, file: string, { diffId, digest, size, packing }: Made): BenchLayer {
	const path = join(dir, digest);
	renameSync(file, path);
	return {
		...{ path, size, digest: `sha256:${digest}`, diffId: `sha256:${diffId}` },
		mediaType: `application/vnd.oci.image.layer.v1.${packing}`,
	};
}

function* tarOf(name: string, bytes: number): Generator<Buffer> {
	yield headerOf(name, bytes);
	for (let left = bytes; left > 0; left -= chunkBytes) yield randomBytes(Math.min(left, chunkBytes));
	yield Buffer.alloc(paddingOf(bytes) + 2 * blockBytes);
}

function headerOf(path: string, size: number): Buffer {
	const block = Buffer.alloc(blockBytes);
	new Header({ path, mode: 0o644, uid: 0, gid: 0, size, mtime: new Date(0), type: "File" }).encode(block);
	return block;
}

function paddingOf(bytes: number): number {
	return -bytes & (blockBytes - 1);
}

function tap(hash: Hash, also: (chunk: Buffer) => unknown = () => undefined) {
	return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
		for await (const chunk of source) {
			hash.update(chunk);
			also(chunk);
			yield chunk;
		}
	};
}

function hexOf(hash: Hash): string {
	return hash.digest("hex");
}
