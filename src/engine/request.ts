import { type ClientRequest, type RequestOptions, request } from "node:http";
import type { Connection } from "./connection.ts";

/** Opens a request to the engine. TLS is loaded only where it is spoken: it takes time at every start. */
export async function open(
	{ protocol, ...address }: Connection,
	options: Pick<RequestOptions, "method" | "path" | "headers" | "agent">,
): Promise<ClientRequest> {
	const all = { ...address, ...options };
	if (protocol === "http") return request(all);
	const https = await import("node:https");
	return https.request(all);
}
