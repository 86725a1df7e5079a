import { existsSync } from "node:fs";
import { expandGlob, isGlob } from "./glob.ts";
import { parseReference, type Reference } from "./reference.ts";

/** One image that was asked for, where it lies and what it is to be called. */
export type ImageRequest = { readonly path: string; readonly reference: Reference | undefined };

/** What was asked for, and what of it makes no sense, a line each. */
export type ImageRequests = {
	readonly requests: readonly ImageRequest[];
	readonly problems: readonly string[];
};

/**
 * Reads items of the form `PATH` or `PATH=REFERENCE`, PATH being a directory, a file, or a glob of them. What follows
 * the last `=` is the reference, unless all of it is a path that exists.
 */
export async function readRequests(items: readonly string[]): Promise<ImageRequests> {
	const requests: ImageRequest[] = [];
	const problems: string[] = [];
	for (const item of items) {
		const read = await readItem(item);
		if (typeof read === "string") problems.push(read);
		else requests.push(...read);
	}
	const named = requests.filter(({ reference }) => reference !== undefined);
	for (const [at, { path, reference }] of named.entries()) {
		const first = named.findIndex((each) => each.reference === reference);
		if (first === at) continue;
		requests.splice(requests.indexOf(named[at] as ImageRequest), 1);
		problems.push(
			`${JSON.stringify(path)} is to be ${reference}, which ${JSON.stringify(named[first]?.path)} is already`,
		);
	}
	return { requests, problems };
}

async function readItem(item: string): Promise<ImageRequest[] | string> {
	const equals = existsSync(item) ? -1 : item.lastIndexOf("=");
	const pattern = equals < 0 ? item : item.slice(0, equals);
	const name = equals < 0 ? undefined : item.slice(equals + 1);
	const reference = name === undefined ? undefined : parseReference(name);
	if (name !== undefined && reference === undefined)
		return `${JSON.stringify(item)} names ${JSON.stringify(name)}, which is no image reference; allowed: PATH or PATH=REPOSITORY:TAG`;
	const paths = await expand(pattern);
	if (paths.length === 0) return `${JSON.stringify(pattern)} matches nothing`;
	if (paths.length > 1 && name !== undefined)
		return `${JSON.stringify(pattern)} matches ${paths.length} images, which can't all be ${JSON.stringify(name)}`;
	return paths.map((path) => ({ path, reference }));
}

async function expand(pattern: string): Promise<readonly string[]> {
	return isGlob(pattern) && !existsSync(pattern) ? await expandGlob(pattern) : [pattern];
}
