import { type Digest, isDigest } from "./digest.ts";
import type { Platform } from "./platform.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

/** What names a blob in an index or a manifest, checked: OCI's descriptor. Sizes are bytes. */
export type Descriptor = {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly platform?: Platform;
	readonly attestation: boolean;
};

/** The fields of a parsed JSON object; none for anything else. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Parses JSON; undefined if it is none. */
export function parseJson(text: Buffer): unknown {
	try {
		return JSON.parse(text.toString("utf8"));
	} catch {
		return undefined;
	}
}

/** Checks every descriptor of a list; the first that is none is the reason. */
export function asDescriptors(value: unknown): readonly Descriptor[] | Unfit {
	if (!Array.isArray(value)) return unfit("has a list of blobs that is none");
	const checked: Descriptor[] = [];
	for (const each of value) {
		const descriptor = asDescriptor(each);
		if (isUnfit(descriptor)) return descriptor;
		checked.push(descriptor);
	}
	return checked;
}

/** Checks one descriptor. */
export function asDescriptor(value: unknown): Descriptor | Unfit {
	const { mediaType, digest, size, platform, annotations } = fields(value);
	if (!isDigest(digest)) return unfit(`names a blob ${show(digest)}, which is no sha256 digest`);
	if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
		return unfit(`gives ${digest} the size ${show(size)}`);
	const checked = asPlatform(platform);
	return {
		mediaType: typeof mediaType === "string" ? mediaType : "",
		digest,
		size,
		...(checked === undefined ? {} : { platform: checked }),
		// BuildKit marks attestations both ways (docs/attestations/attestation-storage.md there).
		attestation:
			fields(annotations)["vnd.docker.reference.type"] === "attestation-manifest" ||
			(checked?.os === "unknown" && checked.architecture === "unknown"),
	};
}

// What containerd takes for a word of a platform (containerd/platforms `platforms.go`, specifierRe), in bounds.
const platformWord = /^[\w.-]{1,64}$/;

/** Reads a platform as indexes and configs have it; undefined without an `os` and an `architecture`. */
export function asPlatform(value: unknown): Platform | undefined {
	const { os, architecture, variant } = fields(value);
	if (!isPlatformWord(os) || !isPlatformWord(architecture)) return undefined;
	return { os, architecture, ...(isPlatformWord(variant) ? { variant } : {}) };
}

function isPlatformWord(value: unknown): value is string {
	return typeof value === "string" && platformWord.test(value);
}

/** An untrusted value, short enough for a message, and with nothing in it that a terminal would obey. */
export function show(value: unknown): string {
	// What is nested has no end that we know of.
	if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
	const text = (JSON.stringify(value) ?? "undefined").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "�");
	return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
