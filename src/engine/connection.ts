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
	const url = networkAddress(host);
	if (url === undefined)
		return {
			problem: `the engine's address ${JSON.stringify(host)} (from ${source}) is not unix:// or tcp://; set DOCKER_HOST to one that is`,
		};
	const protocol = certificates !== undefined || host.startsWith("https:") ? "https" : "http";
	const port = Number(url.port || (protocol === "https" ? 2376 : 2375));
	// Node wants an IPv6 address without the brackets that it has in a URL.
	const address = { protocol, host: url.hostname.replace(/^\[|\]$/g, ""), port } as const;
	try {
		return { ...address, ...(certificates === undefined ? {} : pemsIn(certificates)) };
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return { problem: `the engine's certificates (from ${source}) can't be read: ${reason}` };
	}
}

// As `tcp:` even what is `http:`: a URL of that kind would lose its port 80.
function networkAddress(host: string): URL | undefined {
	const address = host.replace(/^https?:/, "tcp:");
	const url = address.startsWith("tcp://") && URL.canParse(address) ? new URL(address) : undefined;
	return url?.hostname === "" ? undefined : url;
}

function pemsIn(folder: string): { readonly [name in "ca" | "cert" | "key"]?: string } {
	// Without a certificate of the caller's own the engine's is verified all the same, never without an authority.
	const own = (["cert", "key"] as const).filter((name) => existsSync(join(folder, `${name}.pem`)));
	const names = ["ca", ...own] as const;
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.pem`), "utf8")]));
}
