import assert from "node:assert/strict";
import { type Inputs, parseInputs } from "../../src/runner/inputs.ts";

/** Raw inputs by name, as a workflow gives them; `name` is filled in unless given. */
export type Raw = Readonly<Record<string, string>>;

export const env = { HOME: "/home/me", GITHUB_WORKSPACE: "/work/repo" };

const parse = (raw: Raw, environment: NodeJS.ProcessEnv) => {
	return parseInputs((name) => ({ name: "app", ...raw })[name] ?? "", environment);
};

/** The inputs and warnings of a step that is let through. */
export function accepted(
	raw: Raw,
	environment: NodeJS.ProcessEnv = env,
): Inputs & { warnings: readonly string[] } {
	const parsed = parse(raw, environment);
	assert.ok(parsed.ok, parsed.ok ? "" : parsed.problems.join("\n"));
	return { ...parsed.inputs, warnings: parsed.warnings };
}

/** The problems of a step that is refused; each is one line. */
export function problems(raw: Raw, environment: NodeJS.ProcessEnv = env): readonly string[] {
	const parsed = parse(raw, environment);
	assert.ok(!parsed.ok, "these inputs were let through");
	for (const problem of parsed.problems) assert.doesNotMatch(problem, /[\r\n]/);
	return parsed.problems;
}

/** The build of a step with a context. */
export function build(raw: Raw, environment: NodeJS.ProcessEnv = env) {
	const inputs = accepted({ context: ".", ...raw }, environment);
	assert.ok(inputs.build);
	return inputs.build;
}
