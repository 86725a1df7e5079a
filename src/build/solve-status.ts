/** BuildKit's word on one vertex of a build; times are ms since the epoch. */
export type VertexUpdate = {
	readonly digest: string;
	readonly name: string;
	readonly inputs: readonly string[];
	readonly started: number | undefined;
	readonly completed: number | undefined;
	readonly cached: boolean;
	readonly error: string;
	/** The vertex that this one is shown as, where BuildKit has put several into one. */
	readonly group: { readonly id: string; readonly name: string } | undefined;
};

/** How far a part of a vertex is: a layer fetched, a file sent. */
export type StatusUpdate = {
	readonly id: string;
	readonly vertex: string;
	readonly current: number;
	readonly total: number;
	readonly at: number;
	readonly started: number | undefined;
	readonly completed: number | undefined;
};

/** What a step printed; may begin and end within a line, or within a character. */
export type LogUpdate = { readonly vertex: string; readonly data: Buffer; readonly at: number };

/** A remark of the frontend on the Dockerfile. */
export type Warning = { readonly vertex: string; readonly short: string };

/** One message of `--progress=rawjson`: BuildKit's SolveStatus (client/graph.go), checked. */
export type SolveStatus = {
	readonly vertexes: readonly VertexUpdate[];
	readonly statuses: readonly StatusUpdate[];
	readonly logs: readonly LogUpdate[];
	readonly warnings: readonly Warning[];
};

/** Reads one line of `--progress=rawjson`; undefined if it is anything else, which buildx prints among them. */
export function parseSolveStatus(line: string): SolveStatus | undefined {
	if (!line.startsWith("{")) return undefined;
	const status = asRecord(parse(line));
	const keys = ["vertexes", "statuses", "logs", "warnings"];
	if (status === undefined || Object.keys(status).some((key) => !keys.includes(key))) return undefined;
	return {
		vertexes: records(status["vertexes"]).flatMap(asVertex),
		statuses: records(status["statuses"]).flatMap(asStatus),
		logs: records(status["logs"]).flatMap(asLog),
		warnings: records(status["warnings"]).map(asWarning),
	};
}

function asVertex(value: Record<string, unknown>): VertexUpdate[] {
	const digest = text(value["digest"]);
	const group = asRecord(value["progressGroup"]);
	if (digest === "") return [];
	return [
		{
			digest,
			name: text(value["name"]),
			inputs: Array.isArray(value["inputs"]) ? value["inputs"].map(text) : [],
			started: time(value["started"]),
			completed: time(value["completed"]),
			cached: value["cached"] === true,
			error: text(value["error"]),
			group: group && { id: text(group["id"]), name: text(group["name"]) },
		},
	];
}

function asStatus(value: Record<string, unknown>): StatusUpdate[] {
	const at = time(value["timestamp"]);
	if (at === undefined) return [];
	return [
		{
			id: text(value["id"]),
			vertex: text(value["vertex"]),
			current: count(value["current"]),
			total: count(value["total"]),
			at,
			started: time(value["started"]),
			completed: time(value["completed"]),
		},
	];
}

function asLog(value: Record<string, unknown>): LogUpdate[] {
	const at = time(value["timestamp"]);
	const data = Buffer.from(text(value["data"]), "base64");
	return at === undefined ? [] : [{ vertex: text(value["vertex"]), data, at }];
}

// Go writes bytes as base64.
function asWarning(value: Record<string, unknown>): Warning {
	return { vertex: text(value["vertex"]), short: Buffer.from(text(value["short"]), "base64").toString() };
}

function records(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value.map(asRecord).filter((each) => each !== undefined) : [];
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function text(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
	return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function time(value: unknown): number | undefined {
	const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
	return Number.isNaN(ms) ? undefined : ms;
}

function parse(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
