import { type Digest, isDigest } from "../image/digest.ts";
import { parseReference } from "../image/reference.ts";
import { list, provenancesIn, record } from "./provenance.ts";

/** An image that a build was made from, or by: `# syntax=` names one, too. Checked, so safe to give an engine. */
export type BaseImage = {
	/** Its full name without a tag: `docker.io/library/alpine`. */
	readonly name: string;
	/** Undefined where the build named it by its digest alone. */
	readonly tag: string | undefined;
	/**
	 * Of its index or manifest. The graph driver's own builder gives, of an image that the engine had before, the chain
	 * id of the layers instead (28.5; BuildKit took the digest of what it ran on).
	 */
	readonly digest: Digest;
	/** What it was used for, as docker writes it: `linux/amd64`. */
	readonly platforms: readonly string[];
};

// Each may mean calls of the engine; a Dockerfile of people's has a handful.
const mostBases = 100;

/**
 * The images that a build used, each once, from the text of buildx's metadata file: the materials of its provenance,
 * which are in every mode of it. Git repositories, URLs and local directories are none.
 */
export function baseImages(metadata: string): readonly BaseImage[] {
	const found = new Map<string, BaseImage>();
	for (const provenance of provenancesIn(metadata))
		for (const material of list(provenance["materials"])) {
			const base = asBase(record(material));
			if (base === undefined) continue;
			const key = `${base.name}@${base.digest}`;
			const platforms = new Set([...(found.get(key)?.platforms ?? []), ...base.platforms]);
			if (found.has(key) || found.size < mostBases)
				found.set(key, { ...base, ...found.get(key), platforms: [...platforms] });
		}
	return [...found.values()];
}

// A purl as BuildKit makes it (util/purl/image.go): the name as docker shows it, then `@` and the tag, unless the image
// was named by its digest alone.
const purl = /^pkg:docker\/([^@?#]+)(?:@([^@?#]+))?(?:\?([^#]*))?$/;
const platformForm = /^[\w.-]+(?:\/[\w.-]+){1,2}$/;

function asBase({ uri, digest }: Record<string, unknown>): BaseImage | undefined {
	const [, name, tag, qualifiers] = (typeof uri === "string" ? purl.exec(uri) : null) ?? [];
	const sha256 = `sha256:${String(record(digest)["sha256"])}`;
	if (name === undefined || !isDigest(sha256)) return undefined;
	const reference = parseReference(`${unescaped(name)}:${unescaped(tag ?? "latest")}`);
	if (reference === undefined) return undefined;
	const colon = reference.lastIndexOf(":");
	const platform = new URLSearchParams(qualifiers).get("platform") ?? "";
	return {
		name: reference.slice(0, colon),
		tag: tag === undefined ? undefined : reference.slice(colon + 1),
		digest: sha256,
		platforms: platformForm.test(platform) ? [platform] : [],
	};
}

function unescaped(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
