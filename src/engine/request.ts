import { type ClientRequest, type RequestOptions, request } from "node:http";
import type { Connection } from "./connection.ts";

/** Opens a request to the engine on a connection of its own. TLS is loaded only where it is spoken: it takes 10 ms. */
export async function open(
	{ protocol, ...address }: Connection,
	options: Pick<RequestOptions, "method" | "path" | "headers">,
): Promise<ClientRequest> {
	const all = { ...address, ...options, agent: false as const };
	if (protocol === "http") return request(all);
	const https = await import("node:https");
	return https.request(all);
}
