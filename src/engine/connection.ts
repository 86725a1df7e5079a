import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Endpoint } from "./endpoint.ts";

/** How an engine is connected to, in the words that Node's `http` and dockerode share. */
export type Connection = {
	readonly protocol: "http" | "https";
	readonly socketPath?: string;
	readonly host?: string;
	readonly port?: number;
	readonly ca?: string;
	readonly cert?: string;
	readonly key?: string;
};

/** Reads an endpoint's address and certificates; a problem is one line. */
export function connectionTo({
	host,
	certificates,
	source,
}: Endpoint): Connection | { readonly problem: string } {
	if (host.startsWith("unix://")) return { protocol: "http", socketPath: host.slice("unix://".length) };
	if (host.startsWith("npipe://")) return { protocol: "http", socketPath: host.slice("npipe://".length) };
	const url = /^(?:tcp|https?):\/\//.test(host) ? new URL(host.replace(/^tcp:/, "http:")) : undefined;
	if (url === undefined)
		return {
			problem: `the engine's address ${JSON.stringify(host)} (from ${source}) is not unix:// or tcp://; set DOCKER_HOST to one that is`,
		};
	const tls =
		certificates !== undefined && existsSync(join(certificates, "ca.pem")) ? certificates : undefined;
	const protocol = tls !== undefined || host.startsWith("https:") ? "https" : "http";
	const keys = tls === undefined ? {} : { ca: pem(tls, "ca"), cert: pem(tls, "cert"), key: pem(tls, "key") };
	const port = Number(url.port || (protocol === "https" ? 2376 : 2375));
	return { protocol, host: url.hostname, port, ...keys };
}

function pem(folder: string, name: string): string {
	return readFileSync(join(folder, `${name}.pem`), "utf8");
}
