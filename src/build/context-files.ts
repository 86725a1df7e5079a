import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { BuildInputs } from "./inputs.ts";
import { beginningOf, copied, ignored, type PathTest } from "./path-patterns.ts";
import type { Taken } from "./step-sources.ts";

/** The files that a step takes from a context: path → what it is like. Incomplete: there were more, or too large. */
export type Listing = { readonly complete: boolean; readonly files: Readonly<Record<string, string>> };

/** How much may be looked at: BuildKit hashes the context, too, and once is enough for a large one. */
export class LookBudget {
	files = 2000;
	bytes = 64_000_000;
	entries = 20_000;
}

/** Where the contexts of a build lie on this machine, by name; those that lie elsewhere are not in it. */
export function localContexts(
	{ context, buildContexts }: BuildInputs,
	cwd: string,
): ReadonlyMap<string, string> {
	const named = buildContexts.map((each) => each.split(/=(.*)/s));
	const all = [["context", context], ...named] as const;
	return new Map(
		all.flatMap(([name = "", place = ""]) =>
			/^(?:-$|[\w+.-]+:\/\/|git@|github\.com\/|target:|docker-image:)/.test(place) || place === ""
				? []
				: [[name, isAbsolute(place) ? place : resolve(cwd, place)] as const],
		),
	);
}

/** Lists what a step takes, within the budget. Follows no link; what can't be read is as if it were not there. */
export async function listTaken(
	taken: readonly Taken[],
	contexts: ReadonlyMap<string, string>,
	budget: LookBudget,
): Promise<Listing> {
	const files = new Map<string, string>();
	let complete = true;
	for (const { local, paths, excludes } of taken) {
		const root = contexts.get(local);
		if (root === undefined || paths.some((pattern) => leadsThroughLink(root, beginningOf(pattern))))
			complete = false;
		if (root === undefined) continue;
		for (const path of meant(root, { paths, excludes }, budget)) {
			const key = local === "context" ? path : `${local}:${path}`;
			if (files.has(key)) continue;
			if (budget.files <= 0) return { complete: false, files: Object.fromEntries(files) };
			budget.files -= 1;
			const looked = await look(join(root, path), budget);
			complete &&= looked?.whole ?? true;
			if (looked !== undefined) files.set(key, looked.like);
		}
	}
	return { complete: complete && budget.entries > 0, files: Object.fromEntries(files) };
}

function* meant(
	root: string,
	{ paths, excludes }: Omit<Taken, "local">,
	budget: LookBudget,
): Generator<string> {
	const tests = excludes.map(ignored);
	const isOut = (path: string) => tests.some((test) => test(path));
	// A folder that is left out may hold a file that is brought back.
	const brings = excludes.flat().some((each) => each.startsWith("!"));
	const skip = brings ? () => false : isOut;
	for (const pattern of paths) {
		const isMeant = copied(pattern);
		const from = beginningOf(pattern);
		if (leadsThroughLink(root, from)) continue;
		for (const path of walk(root, from, { skip, budget })) if (isMeant(path) && !isOut(path)) yield path;
	}
}

// Behind a link may be anything of this machine's; BuildKit sees it from within the context.
function leadsThroughLink(root: string, path: string): boolean {
	const above = path.split("/").slice(0, -1);
	return above.some((_, at) => {
		const stat = statOf(join(root, ...above.slice(0, at + 1)));
		return stat?.isSymbolicLink() ?? false;
	});
}

type Walk = { readonly skip: PathTest; readonly budget: LookBudget };

function* walk(root: string, path: string, { skip, budget }: Walk): Generator<string> {
	const stat = statOf(join(root, path));
	if (stat === undefined || budget.entries <= 0) return;
	budget.entries -= 1;
	if (!stat.isDirectory() && path !== "") yield path;
	else if (path === "" || !skip(path))
		for (const name of namesIn(join(root, path)))
			yield* walk(root, path === "" ? name : `${path}/${name}`, { skip, budget });
}

function statOf(path: string): Stats | undefined {
	try {
		return lstatSync(path, { throwIfNoEntry: false });
	} catch {
		return undefined;
	}
}

function namesIn(dir: string): string[] {
	try {
		return readdirSync(dir).sort();
	} catch {
		return [];
	}
}

// What BuildKit's checksum of a file takes in, but for owners and extended attributes: not its time.
async function look(path: string, budget: LookBudget): Promise<{ like: string; whole: boolean } | undefined> {
	try {
		const { mode, size, ...stat } = lstatSync(path);
		const kind = `${(mode & 0o7777).toString(8)}:${size}`;
		if ((mode & 0o170000) === 0o120000) return { like: `link:${hashOf(readlinkSync(path))}`, whole: true };
		if ((mode & 0o170000) !== 0o100000) return { like: `${kind}:${stat.rdev}`, whole: true };
		if (size > budget.bytes) return { like: kind, whole: false };
		budget.bytes -= size;
		const hash = createHash("sha256");
		for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
		return { like: `${kind}:${hash.digest("hex").slice(0, 16)}`, whole: true };
	} catch {
		return undefined;
	}
}

function hashOf(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
