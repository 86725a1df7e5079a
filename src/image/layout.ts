import type { Descriptor } from "./descriptor.ts";
import type { Digest } from "./digest.ts";
import { type SmallBlob, sha256 } from "./image.ts";
import { readWhole, type Stretch } from "./stretch.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

/** An OCI image layout, be it a directory or an archive. */
export type Layout = {
	readonly index: Stretch;
	readonly blob: (digest: Digest) => Stretch | undefined;
};

/** A bound on untrusted metadata, in bytes: 10,000 layers make a manifest of 3 MB. */
export const mostMetadataBytes = 32 * 1024 * 1024;

/** Finds a blob; one of another size than its descriptor says is unfit. */
export function findBlob(layout: Layout, { digest, size }: Descriptor): Stretch | Unfit {
	const found = layout.blob(digest);
	if (found === undefined) return unfit(`lacks the blob ${digest}`);
	return found.size === size ? found : unfit(`has ${found.size} bytes of ${digest}, which has ${size}`);
}

/** Reads a blob of metadata, and sees that it is the one named. */
export function readBlob(layout: Layout, descriptor: Descriptor): SmallBlob | Unfit {
	const found = findBlob(layout, descriptor);
	if (isUnfit(found)) return found;
	const content = readWhole(found, mostMetadataBytes);
	if (isUnfit(content)) return content;
	const { digest } = descriptor;
	return sha256(content) === digest ? { digest, content } : unfit(`has other bytes than ${digest} names`);
}
