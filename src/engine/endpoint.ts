import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where an engine is reached: a socket or a TCP address, and the folder of its TLS certificates if it is to be spoken to in TLS. */
export type Endpoint = { readonly host: string; readonly certificates?: string; readonly source: string };

const defaultHost =
	process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/**
 * Finds the engine as `docker` itself does (docker/cli `cli/command/cli.go`): `DOCKER_HOST`, else `DOCKER_CONTEXT`
 * or the current context of the CLI's configuration, else the default socket.
 */
export function resolveEndpoint(env: NodeJS.ProcessEnv): Endpoint {
	const config = env["DOCKER_CONFIG"] || join(homedir(), ".docker");
	if (env["DOCKER_HOST"]) {
		const secured = Boolean(env["DOCKER_TLS_VERIFY"]);
		return {
			host: env["DOCKER_HOST"],
			source: "DOCKER_HOST",
			...(secured ? { certificates: env["DOCKER_CERT_PATH"] ?? config } : {}),
		};
	}
	const context =
		env["DOCKER_CONTEXT"] ?? asText(fieldOf(readJson(join(config, "config.json")), "currentContext"));
	if (!context || context === "default") return { host: defaultHost, source: "the default socket" };
	return endpointOfContext(config, context);
}

function endpointOfContext(config: string, context: string): Endpoint {
	const source = `the docker context ${JSON.stringify(context)}`;
	const id = createHash("sha256").update(context).digest("hex");
	const meta = readJson(join(config, "contexts", "meta", id, "meta.json"));
	const host = asText(fieldOf(fieldOf(fieldOf(meta, "Endpoints"), "docker"), "Host"));
	if (host === undefined) return { host: "", source };
	const certificates = join(config, "contexts", "tls", id, "docker");
	const secured = host.startsWith("tcp://") && existsSync(join(certificates, "ca.pem"));
	return secured ? { host, source, certificates } : { host, source };
}

function readJson(path: string): unknown {
	try {
		return JSON.parse(readFileSync(path, "utf8"));
	} catch {
		// No configuration, or one that docker itself would ignore, is the same as an empty one.
		return undefined;
	}
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function asText(value: unknown): string | undefined {
	return typeof value === "string" && value !== "" ? value : undefined;
}
