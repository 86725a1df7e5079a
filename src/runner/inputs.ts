import type { BuildInputs } from "../build/inputs.ts";
import type { CacheInputs } from "../cache/inputs.ts";
import type { CleanupInputs } from "../cleanup/inputs.ts";
import type { StructureInputs } from "../structure/inputs.ts";
import { readBuildInputs } from "./build-inputs.ts";
import { readCacheInputs } from "./cache-inputs.ts";
import { readCleanupInputs } from "./cleanup-inputs.ts";
import { given } from "./given.ts";
import { InputReader } from "./input-reader.ts";
import { readTestInputs } from "./test-inputs.ts";

/** All that a workflow asked of the action, validated, with defaults filled in. */
export type Inputs = Readonly<{
	cache: CacheInputs;
	/** Undefined without `context`: then the cache is only wired up for a build of the workflow's own. */
	build: BuildInputs | undefined;
	/** The buildx builder to use or to look at. */
	builder?: string;
	/** OCI layouts and archives to load, `PATH` or `PATH=REFERENCE`, globs unresolved. */
	images: readonly string[];
	/** Undefined without `test-configs`. */
	tests: StructureInputs | undefined;
	/** What the post step does to the engine. */
	cleanup: CleanupInputs;
}>;

/** Either the inputs, with what is worth a warning, or every reason why they won't do, one line each. */
export type ParsedInputs =
	| Readonly<{ ok: true; inputs: Inputs; warnings: readonly string[] }>
	| Readonly<{ ok: false; problems: readonly string[] }>;

/**
 * Parses the action's raw inputs; reads and touches nothing else. `get` answers with "" for what isn't given,
 * and for `secrets` with the untrimmed text, if white space at the end of the last one is to survive.
 */
export function parseInputs(get: (name: string) => string, env: NodeJS.ProcessEnv): ParsedInputs {
	const reader = new InputReader(get);
	const warnings: string[] = [];
	const cache = readCacheInputs(reader, env);
	const build = readBuildInputs(reader, env, warnings);
	const builder = reader.text("builder");
	const images = reader.lines("images");
	const tests = readTestInputs(reader, { build, images }, warnings);
	const cleanup = readCleanupInputs(reader);
	if (reader.problems.length > 0) return { ok: false, problems: reader.problems };
	return { ok: true, inputs: { cache, build, images, tests, cleanup, ...given({ builder }) }, warnings };
}
