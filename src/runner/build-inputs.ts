import type { BuildInputs } from "../build/inputs.ts";
import { given } from "./given.ts";
import type { InputReader } from "./input-reader.ts";
import { readSecretInputs } from "./secret-inputs.ts";
import * as shapes from "./shapes.ts";
import { FORMS } from "./shapes.ts";

const FLAGS = ["pull", "no-cache", "push", "load"] as const;

const TEXTS_AND_LISTS = [
	...["file", "target", "tags", "build-args", "build-contexts", "labels", "annotations", "platforms"],
	...["secrets", "secret-envs", "secret-files", "ssh", "network", "add-hosts", "allow", "no-cache-filters"],
	...["outputs", "provenance", "sbom", "shm-size", "ulimit", "build-extra-args"],
];

/** Reads the inputs that say what to build; undefined if there is no `context` and so nothing to build. */
export function readBuildInputs(
	reader: InputReader,
	env: NodeJS.ProcessEnv,
	warnings: string[],
): BuildInputs | undefined {
	const context = reader.text("context");
	if (context === undefined) {
		refuseOrphans(reader);
		return undefined;
	}
	refuseOddContext(reader, context);
	const push = reader.flag("push") ?? false;
	const outputs = reader.lines("outputs");
	return {
		context,
		push,
		outputs,
		load: reader.flag("load") ?? (!push && outputs.length === 0),
		pull: reader.flag("pull") ?? false,
		noCache: reader.flag("no-cache") ?? false,
		...readLists(reader),
		...readSecretInputs(reader, env, warnings),
		...given({
			file: reader.text("file"),
			target: reader.text("target"),
			network: reader.text("network"),
			provenance: checked(reader, "provenance", shapes.isAttestation, FORMS.attestation),
			sbom: checked(reader, "sbom", shapes.isAttestation, FORMS.attestation),
			shmSize: checked(reader, "shm-size", shapes.isShmSize, FORMS.shmSize),
		}),
	};
}

function refuseOrphans(reader: InputReader): void {
	const orphans = [
		...TEXTS_AND_LISTS.filter((name) => reader.text(name) !== undefined),
		...FLAGS.filter((name) => reader.flag(name) === true),
	];
	for (const name of orphans) reader.problem(name, "needs context, without which nothing is built");
}

function refuseOddContext(reader: InputReader, context: string): void {
	if (context.startsWith("-")) reader.refuse("context", context, "a path or a URL; nothing comes on stdin");
	if (context.includes("{{")) {
		reader.refuse("context", context, "a path such as ., or the Git URL itself", "is no template here");
	}
}

function readLists(reader: InputReader) {
	return {
		tags: reader.words("tags", shapes.isReference, FORMS.reference),
		buildArgs: named(reader, "build-args", "NAME=VALUE or NAME", /^[^=\s]+(?:=|$)/),
		buildContexts: reader.validLines("build-contexts", (item) => /^[^=\s]+=./.test(item), "NAME=PATH or URL"),
		labels: named(reader, "labels", "KEY=VALUE or KEY", /^[^=]+(?:=|$)/),
		annotations: named(reader, "annotations", "[TYPE:]KEY=VALUE", /^[^=]+=/),
		platforms: reader.words("platforms", shapes.isPlatform, FORMS.platform),
		ssh: reader.validLines("ssh", (item) => !/^[=,]/.test(item), "default or ID, or ID=SOCKET or KEY"),
		addHosts: reader.words("add-hosts", shapes.isHostMapping, FORMS.host),
		allow: reader.words("allow"),
		noCacheFilters: reader.words("no-cache-filters"),
		ulimits: reader.validLines("ulimit", shapes.isUlimit, FORMS.ulimit),
		extraArgs: reader.validLines("build-extra-args", shapes.isOneArgument, FORMS.flag),
	};
}

/** Items whose name is checked and whose value is nobody's business, not even a problem line's. */
function named(reader: InputReader, input: string, form: string, shape: RegExp): readonly string[] {
	const items = reader.quotedItems(input).map((item) => item.trimStart());
	for (const item of items.filter((item) => !shape.test(item))) {
		reader.refuse(input, item.replace(/=[\s\S]*$/, "="), form);
	}
	return items;
}

function checked(
	reader: InputReader,
	name: string,
	isValid: (text: string) => boolean,
	form: string,
): string | undefined {
	return reader.parsed(name, (text) => (isValid(text) ? text : undefined), form);
}
