import type { Operation } from "./provenance.ts";

/** What a step takes from a directory of the client's: paths as COPY has them, and what of them is left out. */
export type Taken = {
	/** `context`, or the name of a further build context. */
	readonly local: string;
	readonly paths: readonly string[];
	/** In the language of .dockerignore, a list for each time that something is left out. */
	readonly excludes: readonly (readonly string[])[];
};

/** A definition's operations, and which steps they belong to. */
export type Graph = {
	readonly operations: readonly Operation[];
	readonly owners: readonly (string | undefined)[];
	readonly name: string;
};

/** Where a step's input comes from, by kind. */
export type Sources = {
	readonly images: readonly string[];
	/** URLs and git repositories. */
	readonly remotes: readonly string[];
	readonly taken: readonly Taken[];
};

/** What a step takes from other steps or from outside, through operations that are nobody's step (merges, sources). */
export function surroundings(
	own: readonly Operation[],
	{ operations, owners, name }: Graph,
): { readonly steps: ReadonlySet<string>; readonly sources: Sources } {
	const steps = new Set<string>();
	const images = new Set<string>();
	const remotes = new Set<string>();
	const taken: Taken[] = [];
	const seen = new Set<number>();
	const open = own.flatMap(({ inputs }) => inputs);
	for (let at = open.pop(); at !== undefined; at = open.pop()) {
		const operation = operations[at];
		if (operation === undefined || seen.has(at)) continue;
		seen.add(at);
		const owner = owners[at];
		const identifier = String(operation.body["identifier"] ?? "");
		const [scheme = "", rest = ""] = identifier.split(/:\/\/(.*)/s);
		if (operation.kind === "source" && /^(?:docker-image|oci-layout)$/.test(scheme)) images.add(rest);
		else if (operation.kind === "source" && scheme === "local") taken.push(takenFrom(rest, operation, own));
		else if (operation.kind === "source") remotes.add(identifier);
		else if (owner !== undefined && owner !== name) steps.add(owner);
		else open.push(...operation.inputs);
	}
	return { steps, sources: { images: [...images].sort(), remotes: [...remotes], taken } };
}

function takenFrom(local: string, source: Operation, own: readonly Operation[]): Taken {
	const attributes = source.body["attrs"];
	const ignored = strings(json(field(attributes, "local.excludepatterns")));
	const copies = own.flatMap(({ body }) =>
		list(body["actions"]).map((each) => field(field(each, "Action"), "copy")),
	);
	const copied = copies.flatMap((copy) => field(copy, "src") ?? []).map(String);
	const excludes = copies.map((copy) => strings(field(copy, "excludePatterns")));
	const mounted = own.flatMap(({ body }) =>
		list(body["mounts"])
			.filter((mount) => Number(field(mount, "input") ?? 0) > 0)
			.map((mount) => String(field(mount, "selector") ?? "/")),
	);
	const paths = [...copied, ...mounted];
	return { local, paths, excludes: [ignored, ...excludes].filter((each) => each.length > 0) };
}

function asRecord(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? { ...value } : {};
}

function field(value: unknown, name: string): unknown {
	return asRecord(value)[name];
}

function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

function strings(value: unknown): string[] {
	return list(value).filter((each) => typeof each === "string");
}

function json(text: unknown): unknown {
	try {
		return typeof text === "string" ? JSON.parse(text) : undefined;
	} catch {
		return undefined;
	}
}
