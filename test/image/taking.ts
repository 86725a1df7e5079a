/** Takes archives as an upload does. */
import { Archive, type Entry } from "../../src/image/archive.ts";
import type { BlobFault } from "../../src/image/blob-part.ts";

/** What came of an archive until its end, or until it broke off. */
export type Taken = {
	readonly bytes: Buffer;
	/** The bytes of blobs that were told of. */
	readonly counted: number;
	readonly brokeOff: boolean;
	readonly fault: BlobFault | undefined;
	/** The same bytes as they came, a buffer each. */
	readonly buffers: readonly Buffer[];
};

/** Takes an archive of the entries, `bufferBytes` at a time. */
export async function taken(entries: readonly Entry[], bufferBytes = 64 * 1024): Promise<Taken> {
	let counted = 0;
	const archive = new Archive(entries, (bytes) => {
		counted += bytes;
	});
	const chunks: Buffer[] = [];
	for (;;) {
		const buffer = Buffer.alloc(bufferBytes);
		const length = await archive.read(buffer);
		if (length === undefined || length === 0) {
			archive.close();
			const { fault } = archive;
			const brokeOff = length === undefined;
			return { bytes: Buffer.concat(chunks), counted, brokeOff, fault, buffers: chunks };
		}
		chunks.push(buffer.subarray(0, length));
	}
}
