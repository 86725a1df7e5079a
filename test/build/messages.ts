import { createHash } from "node:crypto";

/** A message of `--progress=rawjson` before it is one line of JSON. */
export type Message = {
	readonly vertexes?: readonly object[];
	readonly statuses?: readonly object[];
	readonly logs?: readonly object[];
	readonly warnings?: readonly object[];
};

/** A message as buildx prints it. */
export function message(each: Message): string {
	return `${JSON.stringify(each)}\n`;
}

/** A digest that stands for a short name. */
export function digestOf(name: string): string {
	return `sha256:${createHash("sha256").update(name).digest("hex")}`;
}

/** Bytes as Go writes them in JSON. */
export function base64(data: string | Buffer): string {
	return Buffer.from(data).toString("base64");
}

/** How a vertex is; times in ms. */
export type VertexState = {
	readonly started?: number;
	readonly completed?: number;
	readonly cached?: boolean;
	readonly error?: string;
	readonly inputs?: readonly string[];
};

/** A message about one vertex. */
export function vertex(
	id: string,
	name: string,
	{ started, completed, inputs, ...rest }: VertexState,
): Message {
	const time = (key: string, ms: number | undefined) =>
		ms === undefined ? {} : { [key]: new Date(ms).toISOString() };
	const times = { ...time("started", started), ...time("completed", completed) };
	return { vertexes: [{ digest: digestOf(id), name, inputs: inputs?.map(digestOf), ...times, ...rest }] };
}
