import { parseReference } from "../image/reference.ts";

/** Tells of an image's name, as docker shows it, whether it is meant. */
export type NameTest = (reference: string) => boolean;

// Deeper paths than these are not listed, and so stay.
const mostComponents = 8;

/**
 * Whether a name lies under one of the prefixes. They end where a part of a path ends: `cst.oci.local` means neither
 * `cst.oci.localhost/a` nor Docker Hub's `cst.oci.local:1`, `registry.example/me/test` not `registry.example/me/testing`.
 */
export function underPrefixes(prefixes: readonly string[]): NameTest {
	const full = prefixes.flatMap(fullPrefixes);
	return (reference) => {
		const name = parseReference(reference)?.replace(/:[^:/]*$/, "");
		return name !== undefined && full.some((prefix) => name === prefix || name.startsWith(`${prefix}/`));
	};
}

/** Patterns with which an engine lists at least what lies under the prefixes, for `docker images --filter reference=`. */
export function listingPatterns(prefixes: readonly string[]): readonly string[] {
	return prefixes.flatMap((prefix) => {
		const shown = trimmed(prefix).replace(/^(?:index\.)?docker\.io\/(?:library\/)?/, "");
		return Array.from({ length: mostComponents }, (_, depth) => shown + "/*".repeat(depth));
	});
}

/** Whether a name fits one of the globs, with its tag or without: `*` stops at a slash, `**` does not. */
export function fitsGlobs(globs: readonly string[]): NameTest {
	const patterns = globs.map(patternOf);
	return (reference) => {
		const name = reference.replace(/:[^:/]*$/, "");
		return patterns.some((pattern) => pattern.test(reference) || pattern.test(name));
	};
}

function patternOf(glob: string): RegExp {
	const source = glob.replace(/\*\*|[\s\S]/g, (part) => {
		if (part === "**") return ".*";
		if (part === "*") return "[^/]*";
		return part === "?" ? "[^/]" : part.replace(/[.+^${}()|[\]\\/-]/, "\\$&");
	});
	return new RegExp(`^${source}$`);
}

// A first part without a dot, a colon or a capital is a path on Docker Hub, where a lone one is under `library` as well.
function fullPrefixes(prefix: string): string[] {
	const path = trimmed(prefix).replace(/^index\.docker\.io\//, "docker.io/");
	const [first = "", ...rest] = path.split("/");
	if (/[.:A-Z[]/.test(first) || first === "localhost") return [path];
	return rest.length > 0 ? [`docker.io/${path}`] : [`docker.io/${path}`, `docker.io/library/${path}`];
}

function trimmed(prefix: string): string {
	return prefix.replace(/\/+$/, "");
}
