import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request gets instead of an answer: a status, or what the function does with it. */
export type Fault = number | ((response: ServerResponse) => void);

/** An answer that never comes. */
export const silence = () => undefined;

/** What stands between jobs and the blob store. */
export type BlobHost = {
	/** To be named as the proxy: the SDK takes its fast way only with Azure's own host names. */
	readonly url: string;
	readonly asked: string[];
	/** What the next requests get instead of an answer of the store's. */
	readonly faults: Fault[];
	readonly stop: () => void;
};

/** A proxy to which every host is the blob store at a port. */
export async function startBlobHost(port: number): Promise<BlobHost> {
	const asked: string[] = [];
	const faults: Fault[] = [];
	const server = createServer((request, response) => {
		const { pathname, search } = new URL(request.url ?? "/", "http://127.0.0.1");
		asked.push(`${request.method} ${request.headers.host}${pathname}`);
		const fault = faults.shift();
		if (typeof fault === "function") return fault(response);
		if (fault !== undefined) return void response.writeHead(fault).end();
		passOn(request, response, { port, path: `${pathname}${search}` });
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const stop = () => {
		server.closeAllConnections();
		server.close();
	};
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, faults, stop };
}

function passOn(
	request: IncomingMessage,
	response: ServerResponse,
	to: { port: number; path: string },
): void {
	const { method = "GET", headers } = request;
	const onward = forward({ host: "127.0.0.1", ...to, method, headers }, (answer) => {
		response.writeHead(answer.statusCode ?? 502, answer.headers);
		answer.on("error", () => response.destroy()).pipe(response);
	});
	onward.on("error", () => response.destroy());
	request.on("error", () => onward.destroy()).pipe(onward);
}
