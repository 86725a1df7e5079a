import { trace } from "./step-facts.ts";

/** What gives values to names: the Dockerfile, the build arguments, and what they take their values from. */
export type ValueSources = {
	readonly dockerfile: string;
	readonly buildArgs: readonly string[];
	readonly env: NodeJS.ProcessEnv;
};

/** Traces of the values that ARG and ENV give to names in a Dockerfile and on the command line. */
export function valuesOf({ dockerfile, buildArgs, env }: ValueSources, salt: string): Record<string, string> {
	const values = new Map<string, string[]>();
	for (const [name, value] of settings(dockerfile)) values.set(name, [...(values.get(name) ?? []), value]);
	for (const argument of buildArgs) {
		const [name = "", value] = argument.split(/=(.*)/s);
		values.set(name, [value ?? env[name] ?? ""]);
	}
	return Object.fromEntries([...values].map(([name, all]) => [name, trace(salt, name, all)]));
}

function* settings(dockerfile: string): Generator<[string, string]> {
	const joined = dockerfile.replace(/[\\`][ \t]*\r?\n/g, " ");
	for (const [, , rest = ""] of joined.matchAll(/^[ \t]*(ARG|ENV)[ \t]+([^\r\n]*)/gim)) {
		const pairs = [...rest.matchAll(/(\w+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)];
		// ENV NAME value, the old form.
		if (pairs.length === 0) yield [/^\w*/.exec(rest)?.[0] ?? "", rest];
		for (const [, name = "", value = ""] of pairs) yield [name, value];
	}
}
