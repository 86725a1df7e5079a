import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
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

	/** The answer's JSON, or its text if it is none; rejects with the status that the engine refused with, if any. */
	async call(call: Call): Promise<unknown> {
		const bound = new AbortController();
		const late = new Error(`the engine gave no answer within ${call.withinMs / 1000} s`);
		const timer = setTimeout(() => bound.abort(late), call.withinMs);
		try {
			return parsed(await text(await this.#dial(call, bound.signal)));
		} catch (error) {
			throw bound.signal.aborted ? late : error;
		} finally {
			clearTimeout(timer);
		}
	}

	// As a stream: else the modem would wait for ever for the rest of an answer that broke off.
	async #dial({ method, path, query = {}, body = {} }: Call, abortSignal: AbortSignal): Promise<Readable> {
		const connection = this.connection();
		if ("problem" in connection) throw new Error(connection.problem);
		const { default: Dockerode } = await import("dockerode");
		const { modem } = new Dockerode(connection);
		// The modem looks for a query only where the path ends so, and sends an empty body as none.
		const options = { _query: query, _body: body };
		const request = { method, path: `${path}?`, options, statusCodes, abortSignal, isStream: true };
		return new Promise((resolve, reject) => {
			abortSignal.addEventListener("abort", reject);
			modem.dial(request, (error: unknown, answer: unknown) => {
				if (answer instanceof Readable) resolve(answer);
				else reject(error);
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

function parsed(answer: string): unknown {
	try {
		return JSON.parse(answer);
	} catch {
		return answer;
	}
}

/** A path with names in it, as far as the engine and its users spell them: slashes, colons and `@` stay. */
export function pathTo(parts: TemplateStringsArray, ...names: readonly string[]): string {
	const safe = names.map((name) => encodeURI(name).replace(/[?#]/g, encodeURIComponent));
	return String.raw({ raw: parts }, ...safe);
}
