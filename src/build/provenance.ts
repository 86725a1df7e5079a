/** One operation of BuildKit's low-level definition of a build, as the record of the build has it. */
export type Operation = {
	/** The vertex's digest, as in the progress. */
	readonly digest: string;
	/** Of the operations whose results it takes, by place in the list. */
	readonly inputs: readonly number[];
	/** The one key of BuildKit's `pb.Op`: `source`, `exec`, `file`, `merge`, `diff`; and what it holds. */
	readonly kind: string;
	readonly body: Readonly<Record<string, unknown>>;
	readonly platform: unknown;
	/** What the Dockerfile says, line ends as they are; undefined where nothing of it stands in the Dockerfile. */
	readonly text: string | undefined;
	readonly line: number;
};

/** What a build was made of: its operations, inputs first, and the Dockerfile. */
export type Definition = { readonly operations: readonly Operation[]; readonly dockerfile: string };

const KEY = "buildx.build.provenance";
const KIT = "https://mobyproject.org/buildkit@v1#metadata";
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const mostOperations = 20_000;

/** Asks buildx (0.14 and later; `util/confutil/metadata.go`) for the whole definition in its metadata file. */
export const wholeProvenance = { BUILDX_METADATA_PROVENANCE: "max" } as const;

/** What the user's environment says of it: by default the provenance is in the metadata, without the definition. */
export function provenanceAsked(env: NodeJS.ProcessEnv): "min" | "max" | "disabled" {
	const value = env["BUILDX_METADATA_PROVENANCE"] ?? "";
	if (value === "max" || value === "disabled") return value;
	return /^(?:0|f|false)$/i.test(value) ? "disabled" : "min";
}

/** What buildx's metadata says of the build's making, and the metadata as the user has asked for it. */
export type Told = { readonly definitions: readonly Definition[]; readonly metadata: string };

/**
 * Reads the definitions in the text of buildx's metadata file, one a platform, and takes them out again where nobody
 * but us has asked for them, as buildx does (`build/provenance.go`, encodeProvenance). What is malformed is left alone.
 */
export function readDefinitions(text: string, asked: ReturnType<typeof provenanceAsked>): Told {
	const metadata = record(parse(text));
	const provenances = entriesIn(metadata);
	const definitions = provenances.flatMap(([, value]) => asDefinition(record(value)) ?? []);
	if (asked !== "min" || definitions.length === 0) return { definitions, metadata: text };
	const less = provenances.map(([key, value]) => {
		const { buildConfig: _config, metadata: _metadata, ...rest } = record(value);
		return [key, rest];
	});
	const trimmed = { ...metadata, ...Object.fromEntries(less) };
	return { definitions, metadata: JSON.stringify(trimmed, undefined, 2) };
}

/** The provenances in the text of buildx's metadata file, one a platform. */
export function provenancesIn(text: string): Record<string, unknown>[] {
	return entriesIn(record(parse(text))).map(([, value]) => record(value));
}

function entriesIn(metadata: Record<string, unknown>): [string, unknown][] {
	return Object.entries(metadata).filter(([key]) => key === KEY || key.startsWith(`${KEY}/`));
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function asDefinition(provenance: Record<string, unknown>): Definition | undefined {
	const config = record(provenance["buildConfig"]);
	const source = record(record(record(provenance["metadata"])[KIT])["source"]);
	const steps = list(config["llbDefinition"]).map(record);
	if (steps.length === 0 || steps.length > mostOperations) return undefined;
	const places = new Map(steps.map((step, at) => [step["id"], at]));
	const digests = new Map(
		Object.entries(record(config["digestMapping"])).flatMap(([digest, id]) =>
			DIGEST.test(digest) ? [[id, digest] as const] : [],
		),
	);
	const [info] = list(source["infos"]).map(record);
	const dockerfile = decoded(info?.["data"]);
	const locations = record(source["locations"]);
	const operations = steps.map((step): Operation => {
		const op = record(step["op"]);
		const [kind = "", body] = Object.entries(record(op["Op"]))[0] ?? [];
		const inputs = list(step["inputs"]).flatMap((input) => places.get(String(input).split(":")[0]) ?? []);
		const place = placeIn(dockerfile, record(locations[String(step["id"])]));
		const digest = digests.get(step["id"]) ?? "";
		return { digest, inputs, kind, body: record(body), platform: op["platform"], ...place };
	});
	return { operations, dockerfile };
}

// A FROM that several stages share stands in several places; the last is read here, as any would do.
function placeIn(
	dockerfile: string,
	place: Record<string, unknown>,
): { text: string | undefined; line: number } {
	const ranges = list(list(place["locations"]).map(record).at(-1)?.["ranges"]).map(record);
	const bounds = ranges.flatMap((range) => [lineOf(range["start"]), lineOf(range["end"])]);
	const first = Math.min(...bounds);
	if (!(first >= 1)) return { text: undefined, line: Number.MAX_SAFE_INTEGER };
	const lines = dockerfile.split("\n").slice(first - 1, Math.max(...bounds));
	return { text: lines.length === 0 ? undefined : lines.join("\n"), line: first };
}

function lineOf(position: unknown): number {
	const line = record(position)["line"];
	return typeof line === "number" && Number.isSafeInteger(line) ? line : 0;
}

function decoded(data: unknown): string {
	return typeof data === "string" ? Buffer.from(data, "base64").toString("utf8") : "";
}

/** The items of a list; none of anything else. */
export function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The fields of an object; none of anything else. */
export function record(value: unknown): Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
