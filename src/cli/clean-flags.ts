import { type CleanFlags, type CommandLine, type CommonOptions, misused } from "./options.ts";

/** The flags of `clean`, as `parseArgs` takes them. */
export const cleanFlags = {
	prefixes: { type: "string", multiple: true },
	"min-age": { type: "string" },
	"keep-images": { type: "string", multiple: true },
	"cache-max-age": { type: "string" },
	"cache-max-size": { type: "string" },
	"build-cache-max-used": { type: "string" },
	"build-cache-min-free": { type: "string" },
	"high-watermark": { type: "string" },
	"low-watermark": { type: "string" },
	orphans: { type: "string" },
	"no-orphans": { type: "boolean" },
	"dry-run": { type: "boolean" },
} as const;

/** The values of these flags, of those that were given. */
export type CleanValues = { readonly [Flag in keyof typeof cleanFlags]?: string | string[] | boolean };

/** What `clean` and `du` are asked for; what the values mean is for the reader of the cleanup's inputs to say. */
export function cleanOf(
	command: "clean" | "du",
	values: CleanValues,
	options: CommonOptions & { readonly rest: readonly string[] },
): CommandLine {
	const { rest, ...common } = options;
	if (rest.length > 0) return misused(`${command} takes no arguments, but got ${JSON.stringify(rest[0])}`);
	const flags = givenFlags(values);
	const stray = command === "clean" ? undefined : Object.keys(flags).find((flag) => flag !== "prefixes");
	if (stray !== undefined) return misused(`--${stray} is not for du, which removes nothing`);
	const empty = Object.entries({ ...flags, ...cacheRootOf(common) }).find(([, value]) => value.trim() === "");
	if (empty !== undefined)
		return misused(`--${empty[0]} is ${JSON.stringify(empty[1])}; give it a value or leave it out`);
	if (values["no-orphans"] === true && values.orphans !== undefined)
		return misused("--orphans and --no-orphans are both given; allowed: one of them");
	return { kind: "run", command, flags: { ...flags, ...cacheRootOf(common) }, options: common };
}

function givenFlags(values: CleanValues): CleanFlags {
	const { "no-orphans": noOrphans, ...others } = values;
	const given = Object.entries(others).filter(([flag]) => flag in cleanFlags);
	return {
		...Object.fromEntries(given.map(([flag, value]) => [flag, asText(value)])),
		...(noOrphans === true ? { orphans: "false" } : {}),
	};
}

// An empty item of a list would be lost among the others.
function asText(value: string | string[] | boolean): string {
	if (!Array.isArray(value)) return String(value);
	return value.some((item) => item.trim() === "") ? "" : value.join("\n");
}

function cacheRootOf({ cacheRoot }: CommonOptions): CleanFlags {
	return cacheRoot === undefined ? {} : { "cache-root": cacheRoot };
}
