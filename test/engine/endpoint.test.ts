import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { resolveEndpoint } from "../../src/engine/endpoint.ts";

const config = mkdtempSync(join(tmpdir(), "berth-docker-"));
after(() => rmSync(config, { recursive: true }));

function writeContext(name: string, host: string): void {
	const id = createHash("sha256").update(name).digest("hex");
	const meta = join(config, "contexts", "meta", id);
	mkdirSync(meta, { recursive: true });
	const content = { Name: name, Endpoints: { docker: { Host: host } } };
	writeFileSync(join(meta, "meta.json"), JSON.stringify(content));
	const tls = join(config, "contexts", "tls", id, "docker");
	mkdirSync(tls, { recursive: true });
	writeFileSync(join(tls, "ca.pem"), "");
}

describe("the engine that docker itself would use", () => {
	writeContext("rootless", "unix:///run/user/1000/docker.sock");
	writeContext("far", "tcp://10.0.0.1:2376");
	writeFileSync(join(config, "config.json"), JSON.stringify({ currentContext: "rootless" }));

	it("is DOCKER_HOST's before any context's", () => {
		const env = { DOCKER_CONFIG: config, DOCKER_HOST: "tcp://127.0.0.1:2375", DOCKER_CONTEXT: "far" };
		assert.deepEqual(resolveEndpoint(env), { host: "tcp://127.0.0.1:2375", source: "DOCKER_HOST" });
	});

	it("takes certificates with DOCKER_TLS_VERIFY", () => {
		const env = { DOCKER_HOST: "tcp://engine:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
		assert.equal(resolveEndpoint(env).certificates, "/certs");
	});

	it("is the current context's", () => {
		assert.equal(resolveEndpoint({ DOCKER_CONFIG: config }).host, "unix:///run/user/1000/docker.sock");
	});

	it("is DOCKER_CONTEXT's before the current one, with that one's certificates", () => {
		const endpoint = resolveEndpoint({ DOCKER_CONFIG: config, DOCKER_CONTEXT: "far" });
		assert.equal(endpoint.host, "tcp://10.0.0.1:2376");
		assert.match(endpoint.certificates ?? "", /contexts\/tls\/[0-9a-f]{64}\/docker$/);
	});

	it("is the default socket's without a configuration, with an empty variable, and for the default context", () => {
		for (const env of [{}, { DOCKER_HOST: "", DOCKER_CONTEXT: "" }, { DOCKER_CONTEXT: "default" }]) {
			const endpoint = resolveEndpoint({ DOCKER_CONFIG: "/nonexistent", ...env });
			assert.deepEqual(endpoint, { host: "unix:///var/run/docker.sock", source: "the default socket" });
		}
	});

	it("is told by name where its context is unknown", () => {
		const endpoint = resolveEndpoint({ DOCKER_CONFIG: config, DOCKER_CONTEXT: "gone" });
		assert.deepEqual(endpoint, { host: "", source: 'the docker context "gone"' });
	});
});
