import { csvFields, csvRecord } from "./csv.ts";
import type { BuildInputs } from "./inputs.ts";

/** What a build is connected to, apart from what the workflow asked for. */
export type BuildWiring = Readonly<{
	builder?: string;
	/** Values for `--cache-from`, already in buildx's CSV. */
	cacheFrom: readonly string[];
	/** Values for `--cache-to`, already in buildx's CSV. */
	cacheTo: readonly string[];
	/** Where buildx is to write its result. */
	metadataFile: string;
	/** The file that holds the value of each of `BuildInputs.secrets`, by id. */
	secretFiles: ReadonlyMap<string, string>;
	/** An OCI layout directory that the image is written into; it stands for `--load`. */
	layout?: string;
	/** URL of the workflow run, noted in a provenance attestation that names no builder itself. */
	builderId?: string;
}>;

/** The arguments of `docker` that run this build: `buildx build …`, the context last. */
export function buildxArgs(build: BuildInputs, wiring: BuildWiring): string[] {
	return [
		"buildx",
		"build",
		...one("--builder", wiring.builder),
		...each("--cache-from", wiring.cacheFrom),
		...each("--cache-to", wiring.cacheTo),
		"--metadata-file",
		wiring.metadataFile,
		...sourceArgs(build),
		...secretArgs(build, wiring.secretFiles),
		...sandboxArgs(build),
		...resultArgs(build, wiring),
		...build.extraArgs,
		build.context,
	];
}

function sourceArgs(build: BuildInputs): string[] {
	return [
		...one("--file", build.file),
		...one("--target", build.target),
		...one("--platform", build.platforms.length > 0 ? build.platforms.join(",") : undefined),
		...each("--build-arg", build.buildArgs),
		...each("--build-context", build.buildContexts),
		...when("--pull", build.pull),
		...when("--no-cache", build.noCache),
		...each("--no-cache-filter", build.noCacheFilters),
	];
}

function secretArgs(build: BuildInputs, files: ReadonlyMap<string, string>): string[] {
	const records = [
		...build.secrets.map(({ id }) => ({ id, source: ["src", fileOf(id, files)] as const })),
		...build.secretEnvs.map(({ id, env }) => ({ id, source: ["env", env] as const })),
		...build.secretFiles.map(({ id, path }) => ({ id, source: ["src", path] as const })),
	];
	return each(
		"--secret",
		records.map(({ id, source }) => csvRecord([["id", id], source])),
	);
}

function fileOf(id: string, files: ReadonlyMap<string, string>): string {
	const file = files.get(id);
	if (file === undefined) throw new Error(`no file was written for the secret ${JSON.stringify(id)}`);
	return file;
}

function sandboxArgs(build: BuildInputs): string[] {
	return [
		...each("--ssh", build.ssh),
		...one("--network", build.network),
		...each("--add-host", build.addHosts),
		...each("--allow", build.allow),
		...one("--shm-size", build.shmSize),
		...each("--ulimit", build.ulimits),
	];
}

function resultArgs(build: BuildInputs, { builderId, layout }: BuildWiring): string[] {
	return [
		...each("--tag", build.tags),
		...each("--label", build.labels),
		...each("--annotation", build.annotations),
		...one("--attest", attest("provenance", build.provenance, builderId)),
		...one("--attest", attest("sbom", build.sbom)),
		...each("--output", build.outputs),
		...when("--push", build.push),
		...(layout === undefined ? when("--load", build.load) : ["--output", ociLayout(layout)]),
	];
}

function ociLayout(dir: string): string {
	return csvRecord([
		["type", "oci"],
		["dest", dir],
		["tar", "false"],
	]);
}

function attest(
	type: "provenance" | "sbom",
	asked: string | undefined,
	builderId?: string,
): string | undefined {
	if (asked === undefined) return undefined;
	if (/^(0|f|false)$/i.test(asked)) return `type=${type},disabled=true`;
	const attributes = /^(1|t|true)$/i.test(asked) ? "" : `,${asked}`;
	const namesBuilder = csvFields(asked)?.some((field) => field.trim().startsWith("builder-id=")) ?? false;
	const builder = builderId === undefined || namesBuilder ? "" : `,${csvRecord([["builder-id", builderId]])}`;
	return `type=${type}${attributes}${builder}`;
}

function one(flag: string, value: string | undefined): string[] {
	return value === undefined ? [] : [flag, value];
}

function each(flag: string, values: readonly string[]): string[] {
	return values.flatMap((value) => [flag, value]);
}

function when(flag: string, condition: boolean): string[] {
	return condition ? [flag] : [];
}
