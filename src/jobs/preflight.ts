import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Builder, findBuilder } from "../build/builder.ts";
import type { BuildInputs } from "../build/inputs.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { Inputs } from "../runner/inputs.ts";
import { type PreparedTests, prepareTests } from "./test-step.ts";
import type { Tools } from "./tools.ts";

/** What was found before anything is touched, or the one line with which the step fails. */
export type Preflight =
	| {
			readonly kind: "clear";
			/** Undefined where nothing needs one, or where only the user's own build will. */
			readonly builder: Builder | undefined;
			/** Undefined where nothing needs one, or where only the user's own build will. */
			readonly engine: EngineInfo | undefined;
			/** Undefined where nothing is to be tested. */
			readonly tests: PreparedTests | undefined;
			readonly warnings: readonly string[];
	  }
	| { readonly kind: "blocked"; readonly problem: string };

/**
 * Looks whether the builder, the engine, the build's files and what tests need are there. What a build, a load or a test
 * needs blocks the step; what only the cache or the user's own later build needs is a warning.
 */
export async function preflight(inputs: Inputs, tools: Tools): Promise<Preflight> {
	const { cache, build, builder: name, images, cleanup } = inputs;
	const building = cache.mode !== "off" || build !== undefined;
	if (!building && images.length === 0 && cleanup.mode === "off")
		return { kind: "clear", builder: undefined, engine: undefined, tests: undefined, warnings: [] };
	const missing = build === undefined ? undefined : missingFile(build);
	if (missing !== undefined) return { kind: "blocked", problem: missing };
	const warnings: string[] = [];
	const found = building ? await findBuilder(tools.run, name) : undefined;
	if (found?.kind === "none") {
		if (build !== undefined) return { kind: "blocked", problem: found.problem };
		warnings.push(found.problem);
	}
	const builder = found?.kind === "found" ? found.builder : undefined;
	const answer = await tools.engine.info();
	if (answer.kind === "unreachable") {
		const needed = builder?.driver === "docker" || build?.load === true;
		if (images.length > 0 || (needed && build !== undefined))
			return { kind: "blocked", problem: answer.problem };
		if (needed) warnings.push(answer.problem);
	}
	const tests = inputs.tests === undefined ? undefined : await prepareTests(inputs.tests, tools);
	if (tests !== undefined && "problem" in tests) return { kind: "blocked", problem: tests.problem };
	const engine = answer.kind === "reachable" ? answer.info : undefined;
	return { kind: "clear", builder, engine, tests, warnings };
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
