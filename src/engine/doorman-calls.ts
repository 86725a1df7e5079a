import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** A call that came to the door, as far as it matters there. */
export type Call = {
	readonly kind: "create" | "start" | "wait" | "remove" | "remove-image" | "other";
	/** The container that it is about; empty if about none. */
	readonly container: string;
	/** Whether it makes or removes something, and so must not be broken off. */
	readonly isChange: boolean;
};

/** What follows from a container's creation: the request to send on, and what the container will run. */
export type Labelled = { readonly body: Buffer; readonly command: string };

const longestCommand = 200;
const longestReply = 64 * 1024;

// These are about one connection, and each side of the door has its own (RFC 9110, 7.6.1).
const hopByHop = /^(?:connection|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** Tells the calls apart that a doorman cares for, whatever the API version in their path. */
export function callOf({ method, url = "" }: Pick<IncomingMessage, "method" | "url">): Call {
	const path = url.replace(/^\/v\d+\.\d+(?=\/)/, "").replace(/\?.*$/, "");
	const [, container = "", verb] = /^\/containers\/([^/]+)(?:\/(start|wait))?$/.exec(path) ?? [];
	const is = (kind: Call["kind"], isChange: boolean): Call => ({ kind, container, isChange });
	if (method === "POST" && path === "/containers/create") return { ...is("create", true), container: "" };
	if (method === "POST" && verb === "start") return is("start", true);
	if (method === "POST" && verb === "wait") return is("wait", false);
	if (method === "DELETE" && container !== "" && verb === undefined) return is("remove", true);
	if (method === "DELETE" && path.startsWith("/images/")) return is("remove-image", true);
	return is("other", method !== "GET" && method !== "HEAD");
}

/** Adds the label to the body of a container's creation; undefined if it is none. */
export function labelled(body: Buffer, label: string): Labelled | undefined {
	const asked = parsed(body);
	if (asked === undefined) return undefined;
	const equals = label.indexOf("=");
	const labels = { ...asObject(asked["Labels"]), [label.slice(0, equals)]: label.slice(equals + 1) };
	const words = Array.isArray(asked["Cmd"]) ? asked["Cmd"].map(String) : [];
	const command = words.join(" ").replace(/\s+/g, " ").slice(0, longestCommand);
	return { body: Buffer.from(JSON.stringify({ ...asked, Labels: labels })), command };
}

/** The path of an image's removal, such that its parents stay. */
export function sparingParents(path: string): string {
	return `${path}${path.includes("?") ? "&" : "?"}noprune=1`;
}

/** The headers that go on to the other side, with the length of `body` if that took the place of what came. */
export function forwardable(raw: readonly string[], body?: Buffer): IncomingHttpHeaders {
	const headers: Record<string, string | string[]> = {};
	for (let at = 0; at < raw.length; at += 2) {
		const [name = "", value = ""] = [raw[at]?.toLowerCase(), raw[at + 1]];
		const before = headers[name];
		if (!hopByHop.test(name)) headers[name] = before === undefined ? value : [before, value].flat();
	}
	return body === undefined ? headers : { ...headers, "content-length": String(body.length) };
}

/** What runs of the containers that one program started. */
export class Running {
	readonly #commands = new Map<string, string>();
	readonly #running = new Set<string>();

	/** Takes in what the engine answers to a call; `command` is what a container that it creates will run. */
	note({ kind, container }: Call, reply: IncomingMessage, command: string): void {
		if ((reply.statusCode ?? 0) >= 300) return;
		if (kind === "create") idIn(reply, (id) => this.#commands.set(id, command));
		else if (kind === "start") this.#running.add(container);
		else if (kind === "wait") reply.once("end", () => this.#running.delete(container));
		else if (kind === "remove") this.#running.delete(container);
	}

	/** The command of the one that was started last and runs still. */
	last(): string | undefined {
		const id = [...this.#running].at(-1);
		return id === undefined ? undefined : this.#commands.get(id);
	}
}

function idIn(reply: IncomingMessage, found: (id: string) => void): void {
	const chunks: Buffer[] = [];
	let length = 0;
	reply.on("data", (chunk: Buffer) => {
		length += chunk.length;
		if (length <= longestReply) chunks.push(chunk);
	});
	reply.once("end", () => {
		const { Id } = parsed(Buffer.concat(chunks)) ?? {};
		if (typeof Id === "string") found(Id);
	});
}

function parsed(body: Buffer): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(body.toString("utf8"));
		return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
	} catch {
		return undefined;
	}
}

function asObject(value: unknown): object {
	return typeof value === "object" && value !== null ? value : {};
}
