import { createHash } from "node:crypto";
import type { Definition, Operation } from "./provenance.ts";
import { type Sources, surroundings } from "./step-sources.ts";
import { isFrom } from "./steps.ts";

/** What is remembered of a step until the next build. Values are kept as a few salted bits, so that they only compare. */
export type StepFacts = {
	/** `build`, `linux/arm64 build`, or empty for a Dockerfile's only stage. */
	readonly stage: string;
	/** The Dockerfile's own words, on one line: values of arguments are not in it. */
	readonly text: string;
	readonly aspects: Readonly<Record<string, string>>;
	/** Images that it is built on or copies from, `NAME@DIGEST`. */
	readonly images: readonly string[];
	/** The steps whose results it takes, by place in the list. */
	readonly after: readonly number[];
};

/** A step of the build at hand: its facts, and what is only known now. */
export type Planned = StepFacts & {
	/** As in its report. */
	readonly name: string;
	readonly line: number;
} & Pick<Sources, "remotes" | "taken">;

/** A few bits of a value: enough to tell a change, too few to find the value. */
export function trace(salt: string, name: string, value: unknown): string {
	return createHash("sha256")
		.update(JSON.stringify([salt, name, value]))
		.digest("hex")
		.slice(0, 3);
}

/** The steps of a Dockerfile out of what BuildKit says of a build; a stage's in its order. */
export function planOf(
	definitions: readonly Definition[],
	titles: ReadonlyMap<string, string>,
	salt: string,
): Planned[] {
	const planned: Planned[] = [];
	// Platforms share the steps that run on the builder's own.
	const places = new Map<string, number>();
	for (const { operations } of definitions) {
		const owners = operations.map(({ digest }) => titles.get(digest));
		const names = [...new Set(owners)].filter((name) => name !== undefined);
		for (const name of names.filter((each) => !isFrom(each) && !places.has(each))) {
			places.set(name, planned.length);
			const own = operations.filter((_, at) => owners[at] === name);
			const around = surroundings(own, { operations, owners, name });
			const after = [...around.steps].flatMap((each) => places.get(each) ?? []);
			planned.push({ ...factsOf(own, name, salt), ...around.sources, after });
		}
	}
	return planned;
}

function factsOf(own: readonly Operation[], name: string, salt: string) {
	const [, stage = ""] = /^\[(?:([^\]]*) )? *\d+\/\d+\] /.exec(name) ?? [];
	const line = Math.min(...own.map((each) => each.line));
	const said = own.find((each) => each.line === line)?.text;
	const text = oneLine(said ?? name.slice(name.indexOf("] ") + 2)).slice(0, 1000);
	const values = own.flatMap((operation) => [...aspectsOf(operation)]);
	const aspects = Object.fromEntries(values.map(([aspect, value]) => [aspect, trace(salt, aspect, value)]));
	return { stage: stage.trim(), name, line, text, aspects };
}

function* aspectsOf({ kind, body, platform }: Operation): Generator<readonly [string, unknown]> {
	if (kind === "file") yield ["paths", body["actions"]];
	if (kind !== "exec") return;
	yield ["platform", platform ?? null];
	const { meta, mounts, ...rest } = body;
	const { args, env, cwd, user, ...others } = asRecord(meta);
	yield ["shell", args ?? null];
	yield ["working directory", cwd ?? null];
	yield ["user", user ?? null];
	yield ["mounts", mounts ?? null];
	yield ["other settings", [rest, others]];
	for (const each of strings(env)) {
		const [variable = "", value = ""] = each.split(/=(.*)/s);
		yield [`env.${variable}`, value];
	}
}

function oneLine(text: string): string {
	return text
		.replace(/\\[ \t]*\r?\n/g, " ")
		.replace(/\s+/g, " ")
		.trim();
}

function strings(value: unknown): string[] {
	return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function asRecord(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null ? { ...value } : {};
}
