import { type ClientRequest, request as httpRequest, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { connect as startTls } from "node:tls";
import { getProxyUrl } from "@actions/http-client/lib/proxy";

/** The proxy that the environment names for a URL, by the runner's own rules; "broken" if it is no URL. */
export function proxyFor(url: URL): URL | "broken" | undefined {
	try {
		return getProxyUrl(url);
	} catch {
		return "broken";
	}
}

/** What a request is besides its URL; a GET if it doesn't say. */
export type Asking = {
	readonly signal: AbortSignal;
	readonly method?: "GET" | "DELETE";
	readonly headers?: Readonly<Record<string, string>>;
};

/** A request that is ended by its signal wherever it stands, in a proxy's hands, too. Its caller ends it. */
export async function startRequest(
	url: URL,
	proxy: URL | undefined,
	{ signal, method = "GET", headers: more = {} }: Asking,
): Promise<ClientRequest> {
	const headers = { "user-agent": "berth", ...more };
	const send = url.protocol === "https:" ? httpsRequest : httpRequest;
	if (proxy === undefined) return send(url, { method, headers, signal, agent: false });
	const tunnel = await openTunnel(url, proxy, signal);
	const servername = isIP(url.hostname) ? "" : url.hostname;
	const createConnection = () =>
		url.protocol === "https:" ? startTls({ socket: tunnel, host: url.hostname, servername }) : tunnel;
	return send(url, {
		method,
		headers: { ...headers, host: url.host, connection: "close" },
		signal,
		createConnection,
	});
}

// Neither undici's ProxyAgent nor the tunnel package can be stopped while a proxy doesn't answer.
function openTunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
	const { username, password } = proxy;
	const target = `${url.hostname}:${url.port || (url.protocol === "https:" ? 443 : 80)}`;
	const credentials = Buffer.from(`${username}:${password}`).toString("base64");
	const options: RequestOptions = {
		host: proxy.hostname,
		port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
		method: "CONNECT",
		path: target,
		headers: {
			host: target,
			...(username === "" && password === "" ? {} : { "proxy-authorization": `Basic ${credentials}` }),
		},
		agent: false,
		signal,
	};
	return new Promise((resolve, reject) => {
		const request = (proxy.protocol === "https:" ? httpsRequest : httpRequest)(options);
		request.on("error", reject);
		request.on("connect", ({ statusCode }, socket) => {
			if (statusCode === 200) return resolve(socket);
			socket.destroy();
			reject(new Error(`HTTP ${statusCode} to CONNECT`));
		});
		request.end();
	});
}
