/** A blob's name in an OCI layout: `sha256:` and 64 lower-case hex digits, checked, so safe as a path. */
export type Digest = string & { readonly __brand: "Digest" };

const pattern = /^sha256:[0-9a-f]{64}$/;

/** Whether an untrusted value is a digest; nothing becomes a blob's path before it has passed here. */
export function isDigest(value: unknown): value is Digest {
	return typeof value === "string" && pattern.test(value);
}

/** The 64 hex digits alone, which is the blob's file name under `blobs/sha256/`. */
export function hexOf(digest: Digest): string {
	return digest.slice("sha256:".length);
}
