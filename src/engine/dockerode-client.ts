import { type Connection, connectionTo } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Done } from "./engine.ts";
import { refusal } from "./replies.ts";

/** One call of the engine's API. */
export type Call = {
	readonly method: "GET" | "POST" | "DELETE";
	/** From `pathTo`, without a version: the engine's newest is spoken. */
	readonly path: string;
	/** Objects go as JSON. */
	readonly query?: Readonly<Record<string, unknown>>;
	readonly body?: Readonly<Record<string, unknown>>;
	/** By when the whole answer must be there, else the call has failed. */
	readonly withinMs: number;
};

const statusCodes = {
	200: true,
	201: true,
	204: true,
	404: "not found",
	409: "conflict",
	500: "server error",
};

/**
 * Calls of the engine through dockerode's modem, whose library is loaded at the first. dockerode's own methods won't do:
 * some pass no query on, and with `df` and `pruneBuilder` (5.0.1) that would prune everything; and what bounds them in
 * time, bounds each silence only.
 */
export class DockerodeClient {
	readonly #endpoint: Endpoint;

	constructor(endpoint: Endpoint) {
		this.#endpoint = endpoint;
	}

	/** How the engine is connected to, or why it can't be. */
	connection(): Connection | { readonly problem: string } {
		return connectionTo(this.#endpoint);
	}

	/** The answer's JSON, or its bytes if it is none; rejects with the status that the engine refused with, if any. */
	async call({ method, path, query = {}, body = {}, withinMs }: Call): Promise<unknown> {
		const connection = this.connection();
		if ("problem" in connection) throw new Error(connection.problem);
		const { default: Dockerode } = await import("dockerode");
		const { modem } = new Dockerode(connection);
		const abortSignal = AbortSignal.timeout(withinMs);
		// The modem looks for a query only where the path ends so, and sends an empty body as none.
		const options = { _query: query, _body: body };
		const request = { method, path: `${path}?`, options, statusCodes, abortSignal };
		return new Promise((resolve, reject) => {
			modem.dial(request, (error: unknown, data: unknown) => {
				if (abortSignal.aborted) reject(new Error(`the engine gave no answer within ${withinMs / 1000} s`));
				else if (error) reject(error);
				else resolve(data);
			});
		});
	}

	/** Makes a change, whose answer says no more than that it was made. */
	async change(call: Call): Promise<Done> {
		try {
			await this.call(call);
			return { kind: "done" };
		} catch (error) {
			return refusal(error);
		}
	}

	/** Removes a thing; one that is gone already is done. */
	async remove(call: Omit<Call, "method">): Promise<Done> {
		const removed = await this.change({ ...call, method: "DELETE" });
		return removed.kind === "refused" && removed.status === 404 ? { kind: "done" } : removed;
	}
}

/** A path with names in it, as far as the engine and its users spell them: slashes, colons and `@` stay. */
export function pathTo(parts: TemplateStringsArray, ...names: readonly string[]): string {
	const safe = names.map((name) => encodeURI(name).replace(/[?#]/g, encodeURIComponent));
	return String.raw({ raw: parts }, ...safe);
}
