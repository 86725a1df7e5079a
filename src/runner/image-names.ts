import { parseReference } from "../image/reference.ts";

/** What a prefix of image names is, in a reader's words. */
export const PREFIX_FORM =
	"a registry, a path or both, such as cst.oci.local or registry.example/OWNER/tests, without a tag and without wildcards";

/** What a glob of image names is, in a reader's words. */
export const IMAGE_GLOB_FORM =
	"a name as docker shows it, in which * stands for any characters but /, ** for any, ? for one";

/** A prefix without the slashes at its end; or why it will not do, a clause, empty if it is none at all. */
export function asPrefix(text: string): { readonly prefix: string } | { readonly why: string } {
	const prefix = text.replace(/\/+$/, "");
	const below = parseReference(`${prefix}/x`);
	if (below === undefined) return { why: "" };
	// Docker Hub's official images, under any of their names; and the names by which Berth pins base images.
	const hasBases = below === "docker.io/library/x:latest" || below.startsWith("berth.invalid/");
	return hasBases ? { why: "would make base images Berth's to remove" } : { prefix };
}

/** A glob that can fit a name. */
export function isImageGlob(text: string): boolean {
	return /^[\w./:*?-]+$/.test(text);
}
