/** A full name of an image, registry, path and tag: `docker.io/library/app:1`. Checked, so safe to give an engine. */
export type Reference = string & { readonly __brand: "Reference" };

// The grammar is distribution/reference's `regexp.go`: a registry, path components, a tag.
const registry =
	/^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[\w][\w.-]{0,127}$/;
const mostCharacters = 255;

/** Parses the name of an image as `docker tag` would, `latest` and Docker Hub being understood; undefined if it is none. */
export function parseReference(text: string): Reference | undefined {
	const colon = text.lastIndexOf(":");
	const tagged = colon > text.lastIndexOf("/");
	const [name, tag] = tagged ? [text.slice(0, colon), text.slice(colon + 1)] : [text, "latest"];
	const [first = "", ...rest] = name.split("/");
	// As docker tells `app/web` from `host/web` (distribution/reference `normalize.go`, splitDockerDomain).
	const named = rest.length > 0 && (/[.:A-Z[]/.test(first) || first === "localhost");
	const host = named && first !== "index.docker.io" ? first : "docker.io";
	const path = named ? rest : [first, ...rest];
	const full = host === "docker.io" && path.length === 1 ? ["library", ...path] : path;
	const bareId = /^[0-9a-f]{64}$/.test(text);
	if (bareId || !registry.test(host) || !full.every((each) => component.test(each)) || !tagPattern.test(tag))
		return undefined;
	const reference = `${host}/${full.join("/")}`;
	return reference.length > mostCharacters ? undefined : (`${reference}:${tag}` as Reference);
}

/** The name as docker shows it: without Docker Hub's registry and library. */
export function familiar(reference: Reference): string {
	return reference.replace(/^docker\.io\/(?:library\/)?/, "");
}
