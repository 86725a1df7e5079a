import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { type Stretch, streamOf } from "./stretch.ts";

/** Unpacks zstd as it comes; throws for what is none. Who has seen enough may stop reading. */
export function unzstd(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
	const source = Readable.from(chunks, { objectMode: false });
	const unpacked = createZstdDecompress();
	source.on("error", (error) => unpacked.destroy(error));
	unpacked.on("close", () => source.destroy());
	// Readers are told of errors by the iterator; one that stops early causes one that nobody has to hear of.
	unpacked.on("error", () => undefined);
	return source.pipe(unpacked) as AsyncIterable<Buffer>;
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
