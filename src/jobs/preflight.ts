import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Builder, findBuilder } from "../build/builder.ts";
import type { BuildInputs } from "../build/inputs.ts";
import type { Inputs } from "../runner/inputs.ts";
import type { Tools } from "./tools.ts";

/** What was found before anything is touched, or the one line with which the step fails. */
export type Preflight =
	| {
			readonly kind: "clear";
			/** Undefined where nothing needs one, or where only the user's own build will. */
			readonly builder: Builder | undefined;
			readonly engineId: string | null;
			readonly warnings: readonly string[];
	  }
	| { readonly kind: "blocked"; readonly problem: string };

/**
 * Looks whether the builder, the engine and the build's files are there. What a build needs blocks the step; what only
 * the cache or the user's own later build needs is a warning.
 */
export async function preflight({ cache, build, builder: name }: Inputs, tools: Tools): Promise<Preflight> {
	if (cache.mode === "off" && build === undefined)
		return { kind: "clear", builder: undefined, engineId: null, warnings: [] };
	const missing = build === undefined ? undefined : missingFile(build);
	if (missing !== undefined) return { kind: "blocked", problem: missing };
	const warnings: string[] = [];
	const found = await findBuilder(tools.run, name);
	if (found.kind === "none") {
		if (build !== undefined) return { kind: "blocked", problem: found.problem };
		warnings.push(found.problem);
	}
	const builder = found.kind === "found" ? found.builder : undefined;
	const engine = await tools.engine.info();
	const needed = builder?.driver === "docker" || build?.load === true;
	if (engine.kind === "unreachable" && needed) {
		if (build !== undefined) return { kind: "blocked", problem: engine.problem };
		warnings.push(engine.problem);
	}
	return { kind: "clear", builder, engineId: engine.kind === "reachable" ? engine.info.id : null, warnings };
}

// buildx says the same, but only after it has started a builder and sent a context.
function missingFile({ context, file }: BuildInputs): string | undefined {
	// To docker `github.com/…` is a Git URL, though it has no scheme (moby urlutil.IsGitURL).
	if (/^[a-z+]+:\/\/|^git@|^github\.com\/|^-$/.test(context)) return undefined;
	if (!existsSync(context))
		return `context: ${JSON.stringify(context)} does not exist; give a directory or a URL`;
	// buildx resolves `file` against the working directory, and takes a URL or standard input for it too.
	if (file !== undefined && /^(https?:\/\/|-$)/.test(file)) return undefined;
	const candidates =
		file === undefined ? ["Dockerfile", "dockerfile"].map((each) => join(context, each)) : [file];
	if (candidates.some((candidate) => existsSync(candidate))) return undefined;
	return `file: ${JSON.stringify(candidates[0])} does not exist; give the path of a Dockerfile`;
}
