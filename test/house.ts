import path from "node:path";

/**
 * Who may import whom under src/: the plan of the house, in one place.
 * A linter's list of forbidden imports does not do: it cannot tell a type from a value.
 */

type Kind = "value" | "type";

interface Import {
	readonly specifier: string;
	readonly kind: Kind;
}

const ADAPTERS = ["runner", "engine"];
const ROOMS = [
	"cache",
	"carry",
	"build",
	"image",
	"structure",
	"cleanup",
	"report",
	"throwaway",
	"demo",
	"cli",
];
const FOLDERS = ["entry", "jobs", ...ROOMS, ...ADAPTERS];

/** The files that every folder may use: what a digest and an image's name are, and how a duration is written. */
const SHARED = ["src/image/digest.ts", "src/image/reference.ts", "src/runner/durations.ts"];

/** Packages that one adapter keeps to itself, types and all. */
const OWNERS: readonly { readonly packages: RegExp; readonly folder: string }[] = [
	{ packages: /^@actions\//, folder: "runner" },
	{ packages: /^(dockerode|docker-modem)(\/|$)/, folder: "engine" },
];

/** What is wrong with the imports of `file` (its path from the repository's root), a sentence each. */
export function violations(file: string, source: string): string[] {
	const folder = folderOf(file);
	if (!FOLDERS.includes(folder)) {
		return [`${file}: src/${folder} is no room of the house; see CONTRIBUTING.md`];
	}
	return importsOf(source)
		.map(({ specifier, kind }) => ({ specifier, objection: objectionTo(file, folder, specifier, kind) }))
		.filter(({ objection }) => objection !== undefined)
		.map(({ specifier, objection }) => `${file} imports ${specifier}: ${objection}`);
}

function objectionTo(file: string, folder: string, specifier: string, kind: Kind): string | undefined {
	if (!specifier.startsWith(".")) {
		const owner = OWNERS.find(({ packages }) => packages.test(specifier))?.folder;
		return owner === undefined || owner === folder ? undefined : `only src/${owner} may`;
	}
	const target = path.posix.join(path.posix.dirname(file), specifier);
	if (!target.startsWith("src/")) {
		return target === "package.json"
			? undefined
			: "the sources stand alone, without tests, benches and scripts";
	}
	const other = folderOf(target);
	return other === folder || SHARED.includes(target) ? undefined : objectionToFolder(folder, other, kind);
}

function objectionToFolder(folder: string, other: string, kind: Kind): string | undefined {
	if (folder === "entry") {
		return undefined;
	}
	if (other === "entry") {
		return "nobody imports an entry";
	}
	if (ADAPTERS.includes(folder)) {
		return kind === "type" ? undefined : "an adapter takes nothing of ours but types";
	}
	if (ADAPTERS.includes(other)) {
		return kind === "type" ? undefined : "take the adapter as an argument; only its types may be imported";
	}
	return folder === "jobs"
		? undefined
		: `a room knows no other room; a job can bring ${folder} and ${other} together`;
}

/** `{ type X }` counts as a value: the import itself stays in the output, side effects and all. */
function importsOf(source: string): Import[] {
	const statement = /^\s*(?:import|export)\s+(type\s)?(?:[\w\s{},*$]*?\bfrom\s*)?["']([^"']+)["']/gm;
	const expression = /\bimport\(\s*["'`]([^"'`]+)["'`]/g;
	return [
		...[...source.matchAll(statement)].map(
			([, type, specifier = ""]): Import => ({ specifier, kind: type === undefined ? "value" : "type" }),
		),
		...[...source.matchAll(expression)].map(([, specifier = ""]): Import => ({ specifier, kind: "value" })),
	];
}

function folderOf(file: string): string {
	return file.split("/")[1] ?? "";
}
