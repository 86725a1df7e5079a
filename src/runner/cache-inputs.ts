import type { CacheInputs } from "../cache/inputs.ts";
import { localPathInside, readCacheRoot } from "./cache-root.ts";
import { DURATION_FORM, parseDuration } from "./durations.ts";
import { given } from "./given.ts";
import { type InputReader, shown } from "./input-reader.ts";
import { attributes } from "./lists.ts";
import { FORMS, isEnvironmentName } from "./shapes.ts";
import { parseSize, SIZE_FORM } from "./sizes.ts";

const DEFAULT_MAX_AGE_MS = 14 * 24 * 60 * 60 * 1000;

/** Where a shell would split, expand or unquote an unquoted `$VAR`. */
const SPLITTABLE = /[\s"'`*?[\]\\]/;

/** Variables that the runner, the shell, docker or Berth itself live by. */
const RESERVED =
	/^(?:(?:GITHUB|RUNNER|ACTIONS|INPUT|STATE|LD|DYLD)_.*|NODE_OPTIONS|PATH|HOME|SHELL|USER|PWD|IFS|ENV|BASH_ENV|CI|TMPDIR|DOCKER_(?:HOST|CONTEXT|CONFIG)|BUILDX_(?:BUILDER|CONFIG)|BERTH_CACHE_ROOT|XDG_CACHE_HOME)$/i;

/** Reads the inputs that say how the cache is kept. */
export function readCacheInputs(reader: InputReader, env: NodeJS.ProcessEnv): CacheInputs {
	const mode = reader.oneOf("cache", ["local", "github", "off"], "local");
	const root = readCacheRoot(reader, env);
	const from = readEntries(reader, "cache-from", root, env);
	const to = readEntries(reader, "cache-to", root, env);
	return {
		mode,
		name: readName(reader, mode),
		root,
		exportMode: reader.oneOf("cache-mode", ["min", "max"], "max"),
		write: reader.oneOf("cache-write", ["auto", "always", "never"], "auto"),
		from,
		to,
		maxAgeMs: reader.parsed("cache-max-age", parseDuration, DURATION_FORM) ?? DEFAULT_MAX_AGE_MS,
		...given({
			compression: reader.optionalOneOf("cache-compression", ["gzip", "zstd", "uncompressed"]),
			githubToken: reader.text("github-token"),
			maxSize: reader.parsed("cache-max-size", parseSize, SIZE_FORM),
			extraArgsEnv: readExtraArgsEnv(reader, { mode, root, from, to }),
		}),
	};
}

function readName(reader: InputReader, mode: CacheInputs["mode"]): string {
	const name = reader.text("name") ?? "";
	if (name === "" && mode !== "off") {
		reader.problem("name", '"" is missing; allowed: any text, the cache being keyed by it (or cache: off)');
	}
	return name;
}

function readEntries(
	reader: InputReader,
	name: "cache-from" | "cache-to",
	root: string,
	env: NodeJS.ProcessEnv,
): readonly string[] {
	const entries = reader.lines(name);
	for (const [index, entry] of entries.entries()) {
		const attrs = attributes(entry);
		// Entries can carry credentials, so a broken one is named by its place.
		if (attrs === undefined || (entry.includes("=") && !attrs.get("type"))) {
			const allowed = `REFERENCE or type=TYPE,KEY=VALUE,… with "KEY=A,B" around a comma`;
			reader.problem(name, `entry ${index + 1} can't be read; allowed: ${allowed}`);
		}
		const inside = localPathInside(root, entry, env);
		if (inside !== undefined) {
			reader.refuse(name, inside, "a local cache outside it", `lies in the cache-root ${shown(root)}`);
		}
	}
	return entries;
}

function readExtraArgsEnv(
	reader: InputReader,
	cache: Pick<CacheInputs, "mode" | "root" | "from" | "to">,
): string | undefined {
	const input = "extra-args-env";
	const name = reader.text(input);
	if (name === undefined) return undefined;
	if (!isEnvironmentName(name)) {
		reader.refuse(input, name, FORMS.environmentName);
		return undefined;
	}
	if (RESERVED.test(name)) {
		reader.refuse(
			input,
			name,
			"a name of your own, such as CI_IMAGE_BUILD_EXTRA_ARGS",
			"is in use by others",
		);
	}
	if (cache.mode === "off") reader.refuse(input, name, "nothing with cache: off", "would stay empty");
	if (SPLITTABLE.test(cache.root)) {
		const allowed = "a path without white space, quotes, backslashes, *, ?, [ and ]";
		reader.refuse("cache-root", cache.root, allowed, `would fall apart in an unquoted $${name}`);
	}
	for (const list of ["from", "to"] as const) {
		const place = cache[list].findIndex((entry) => SPLITTABLE.test(entry));
		if (place === -1) continue;
		const why = `entry ${place + 1} would fall apart in an unquoted $${name}`;
		reader.problem(`cache-${list}`, `${why}; allowed: no white space, quotes, backslashes, *, ?, [ and ]`);
	}
	return name;
}
