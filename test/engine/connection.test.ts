import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { connectionTo } from "../../src/engine/connection.ts";

const source = "DOCKER_HOST";

function certificates(t: TestContext, ...names: readonly string[]): string {
	const dir = mkdtempSync(join(tmpdir(), "berth-certificates-"));
	t.after(() => rmSync(dir, { recursive: true }));
	for (const name of names) writeFileSync(join(dir, `${name}.pem`), `the ${name}`);
	return dir;
}

describe("an engine's address", () => {
	for (const [host, connection] of [
		["unix:///run/docker.sock", { protocol: "http", socketPath: "/run/docker.sock" }],
		["npipe:////./pipe/docker_engine", { protocol: "http", socketPath: "//./pipe/docker_engine" }],
		["tcp://10.0.0.1:2375", { protocol: "http", host: "10.0.0.1", port: 2375 }],
		["tcp://engine", { protocol: "http", host: "engine", port: 2375 }],
		["tcp://engine:80", { protocol: "http", host: "engine", port: 80 }],
		["http://engine:80", { protocol: "http", host: "engine", port: 80 }],
		["https://engine:443", { protocol: "https", host: "engine", port: 443 }],
		["https://engine:1234", { protocol: "https", host: "engine", port: 1234 }],
		["https://engine", { protocol: "https", host: "engine", port: 2376 }],
		["tcp://[::1]:2375", { protocol: "http", host: "::1", port: 2375 }],
	] as const) {
		it(`is connected to as Node does it: ${host}`, () => {
			assert.deepEqual(connectionTo({ host, source }), connection);
		});
	}

	it("is spoken to in TLS with certificates, the caller's own if there is one", (t) => {
		const host = "tcp://engine:2376";
		const [all, authority] = [certificates(t, "ca", "cert", "key"), certificates(t, "ca")];
		const tls = { protocol: "https", host: "engine", port: 2376, ca: "the ca" };
		assert.deepEqual(connectionTo({ host, source, certificates: all }), {
			...{ ...tls, cert: "the cert", key: "the key" },
		});
		assert.deepEqual(connectionTo({ host, source, certificates: authority }), tls);
	});

	it("is never spoken to in plain text where TLS was asked for, though the authority is missing", (t) => {
		const connection = connectionTo({ host: "tcp://engine", source, certificates: certificates(t, "cert") });
		assert.ok("problem" in connection);
		assert.match(connection.problem, /^the engine's certificates \(from DOCKER_HOST\) .*ca\.pem/);
	});

	it("is refused on one line with certificates that can't be read", (t) => {
		const folder = certificates(t, "ca");
		mkdirSync(join(folder, "key.pem"));
		const connection = connectionTo({ host: "tcp://engine", source, certificates: folder });
		assert.ok("problem" in connection);
		assert.match(connection.problem, /^the engine's certificates \(from DOCKER_HOST\) can't be read: .+$/);
	});

	for (const host of [
		"",
		"ssh://engine",
		"engine:2375",
		"tcp://",
		"tcp://engine:99999",
		"tcp://a b",
		"tcp://[::1",
	]) {
		it(`is refused on one line that says where it is from: ${JSON.stringify(host)}`, () => {
			const connection = connectionTo({ host, source });
			assert.ok("problem" in connection);
			assert.ok(connection.problem.includes(JSON.stringify(host)), connection.problem);
			assert.match(connection.problem, /\(from DOCKER_HOST\) .* set DOCKER_HOST/);
			assert.doesNotMatch(connection.problem, /\n/);
		});
	}
});
