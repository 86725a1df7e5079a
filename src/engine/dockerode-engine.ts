import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DockerOptions } from "dockerode";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import type { Engine, EngineAnswer, EngineInfo } from "./engine.ts";

// A busy engine may take seconds to answer; one that takes longer would hold up every job.
const timeoutMs = 30_000;

/** The engine that `docker` itself would use. The client's library is loaded at the first call only. */
export function dockerEngine(env: NodeJS.ProcessEnv): Engine {
	return { info: () => ask(resolveEndpoint(env)) };
}

async function ask(endpoint: Endpoint): Promise<EngineAnswer> {
	const options = connection(endpoint);
	if (typeof options === "string") return { kind: "unreachable", problem: options };
	const { default: Docker } = await import("dockerode");
	try {
		return { kind: "reachable", info: asInfo(await new Docker({ ...options, timeout: timeoutMs }).info()) };
	} catch (error) {
		const reason = error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error);
		const problem = `no Docker engine answers at ${endpoint.host} (from ${endpoint.source}): ${reason}; start it, or set DOCKER_HOST to one that runs`;
		return { kind: "unreachable", problem };
	}
}

function connection({ host, certificates, source }: Endpoint): DockerOptions | string {
	if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
	if (host.startsWith("npipe://")) return { socketPath: host.slice("npipe://".length) };
	const url = /^(?:tcp|https?):\/\//.test(host) ? new URL(host.replace(/^tcp:/, "http:")) : undefined;
	if (url === undefined)
		return `the engine's address ${JSON.stringify(host)} (from ${source}) is not unix:// or tcp://; set DOCKER_HOST to one that is`;
	const tls =
		certificates !== undefined && existsSync(join(certificates, "ca.pem")) ? certificates : undefined;
	const protocol = tls !== undefined || host.startsWith("https:") ? "https" : "http";
	const keys = tls === undefined ? {} : { ca: pem(tls, "ca"), cert: pem(tls, "cert"), key: pem(tls, "key") };
	return {
		protocol,
		host: url.hostname,
		port: Number(url.port || (protocol === "https" ? 2376 : 2375)),
		...keys,
	};
}

function pem(folder: string, name: string): string {
	return readFileSync(join(folder, `${name}.pem`), "utf8");
}

function asInfo(info: { ID?: string; ServerVersion?: string; DriverStatus?: unknown }): EngineInfo {
	const status = Array.isArray(info.DriverStatus) ? info.DriverStatus : [];
	// moby daemon/containerd/service.go: this pair is there on the containerd image store alone.
	const containerd = status.some(
		(pair) => Array.isArray(pair) && pair[0] === "driver-type" && pair[1] === "io.containerd.snapshotter.v1",
	);
	return {
		id: info.ID ?? "",
		version: info.ServerVersion ?? "",
		store: containerd ? "containerd" : "graph-driver",
	};
}
