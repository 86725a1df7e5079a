import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { engine } from "../engines/index.ts";

describe("what Berth learns of an engine", () => {
	for (const [store, expected] of [
		["containerd", "containerd"],
		["overlay2", "graph-driver"],
	] as const) {
		it(`is its id, its version, its image store, where it keeps its data and its time: ${store}`, async () => {
			const { host, engineVersion } = await engine(store);
			const answer = await dockerEngine({ DOCKER_HOST: host }).info();
			assert.equal(answer.kind, "reachable");
			assert.ok(answer.kind === "reachable");
			assert.equal(answer.info.store, expected);
			assert.equal(answer.info.version, engineVersion);
			assert.notEqual(answer.info.id, "");
			assert.ok(existsSync(answer.info.dataRoot), answer.info.dataRoot);
			assert.ok(Math.abs(answer.info.timeMs - Date.now()) < 60_000);
		});
	}

	for (const [what, host] of [
		["a socket that isn't there", "unix:///nonexistent/docker.sock"],
		["a port where nobody listens", "tcp://127.0.0.1:1"],
		["an address of another kind", "ssh://engine"],
	] as const) {
		it(`is one line that names the address and where it is from: ${what}`, async () => {
			const answer = await dockerEngine({ DOCKER_HOST: host }).info();
			assert.ok(answer.kind === "unreachable");
			assert.ok(answer.problem.includes(host), answer.problem);
			assert.match(answer.problem, /DOCKER_HOST/);
			assert.doesNotMatch(answer.problem, /\n/);
		});
	}
});
