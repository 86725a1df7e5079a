import type { BuildInputs } from "../build/inputs.ts";
import type { InputReader } from "./input-reader.ts";
import { isEnvironmentName } from "./shapes.ts";

type Secrets = Pick<BuildInputs, "secrets" | "secretEnvs" | "secretFiles">;
type Pair = Readonly<{ id: string; value: string }>;

/** Reads the three secret inputs; no problem or warning ever shows more than a secret's id. */
export function readSecretInputs(reader: InputReader, env: NodeJS.ProcessEnv, warnings: string[]): Secrets {
	const values = pairs(reader, "secrets", reader.quotedItems("secrets"), "VALUE");
	const envs = pairs(reader, "secret-envs", reader.words("secret-envs"), "ENV").map(trimmed);
	const files = pairs(reader, "secret-files", reader.lines("secret-files"), "PATH").map(trimmed);
	for (const { id, value } of envs) {
		if (!isEnvironmentName(value)) refuse(reader, "secret-envs", id, "names no variable", "ID=ENV");
		else if (env[value] === undefined) {
			const why = `names ${value}, which is not set`;
			refuse(reader, "secret-envs", id, why, "a variable of this step's environment");
		}
	}
	for (const { id, value } of files) {
		if (value === "") refuse(reader, "secret-files", id, "names no file", "ID=PATH");
	}
	refuseRepetitions(reader, { secrets: values, "secret-envs": envs, "secret-files": files });
	const kept = values.filter(({ value }) => value !== "");
	for (const { id } of values.filter(({ value }) => value === "")) {
		// A pull request from a fork gets its secrets empty; docker/build-push-action goes on there too.
		warnings.push(`secrets: ${JSON.stringify(id)} is empty and not passed to the build`);
	}
	return {
		secrets: kept,
		secretEnvs: envs.map(({ id, value }) => ({ id, env: value })),
		secretFiles: files.map(({ id, value }) => ({ id, path: value })),
	};
}

function pairs(reader: InputReader, input: string, items: readonly string[], what: string): readonly Pair[] {
	return items.flatMap((item, index) => {
		const equals = item.indexOf("=");
		const id = item.slice(0, Math.max(equals, 0)).trim();
		if (id !== "") return [{ id, value: item.slice(equals + 1) }];
		const quotes = input === "secrets" ? ', or "ID=VALUE" in double quotes if the value spans lines' : "";
		reader.problem(input, `item ${index + 1} has no ID before a "="; allowed: ID=${what}${quotes}`);
		return [];
	});
}

function trimmed({ id, value }: Pair): Pair {
	return { id, value: value.trim() };
}

function refuse(reader: InputReader, input: string, id: string, why: string, allowed: string): void {
	reader.refuse(input, id, allowed, why);
}

function refuseRepetitions(reader: InputReader, inputs: Readonly<Record<string, readonly Pair[]>>): void {
	const seen = new Set<string>();
	for (const [input, items] of Object.entries(inputs)) {
		for (const { id } of items) {
			if (seen.has(id)) refuse(reader, input, id, "is given twice", "each ID once in all secret inputs");
			seen.add(id);
		}
	}
}
