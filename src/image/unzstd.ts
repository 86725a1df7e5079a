import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { type Stretch, streamOf } from "./stretch.ts";

/** Unpacks zstd as it comes; throws for what is none. */
export function unzstd(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
	return Readable.from(chunks, { objectMode: false }).compose(
		createZstdDecompress(),
	) as AsyncIterable<Buffer>;
}

/** How many bytes a zstd blob unpacks to, by unpacking it: a frame need not tell. Undefined if it is no zstd. */
export async function unpackedBytes(bytes: Stretch): Promise<number | undefined> {
	let length = 0;
	try {
		for await (const chunk of unzstd(streamOf(bytes))) length += chunk.length;
	} catch {
		return undefined;
	}
	return length;
}
