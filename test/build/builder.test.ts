import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findBuilder, parseBuilder } from "../../src/build/builder.ts";
import type { Ran } from "../../src/runner/run.ts";

const inspected = (driver: string, labels: readonly string[]) =>
	[
		`Name:   default`,
		`Driver: ${driver}`,
		"",
		"Nodes:",
		"Name:  node0",
		"Labels:",
		...labels.map((label) => ` ${label}`),
	].join("\n");
const snapshotter = "org.mobyproject.buildkit.worker.snapshotter:          overlayfs";
const gateway = "org.mobyproject.buildkit.worker.moby.host-gateway-ip: 10.0.0.1";

describe("whether a builder can export a cache", () => {
	for (const [what, text, expected] of [
		["the engine's own on the containerd store can", inspected("docker", [snapshotter, gateway]), true],
		["the engine's own on the graph driver can't", inspected("docker", [gateway]), false],
		["one in a container can, even before it is started", inspected("docker-container", []), true],
		["a remote one can", inspected("remote", [snapshotter]), true],
	] as const) {
		it(what, () => assert.equal(parseBuilder(text).exportsCache, expected));
	}
});

describe("finding the builder", () => {
	const answering = (answers: Readonly<Record<string, Ran>>) => (_: string, args: readonly string[]) =>
		Promise.resolve(answers[args[1] ?? ""] ?? { kind: "not-found" as const, program: "docker" });
	const exited = (code: number, stdout: string, stderr = ""): Ran => ({
		kind: "exited",
		code,
		stdout,
		stderr,
	});

	for (const [what, answers, line] of [
		["no docker", {}, /docker is not on PATH.*install/],
		[
			"no buildx",
			{ inspect: exited(1, ""), version: exited(1, "") },
			/buildx is not installed.*docker\/setup-buildx-action/,
		],
		[
			"an unknown builder",
			{ inspect: exited(1, "", 'ERROR: no builder "x" found'), version: exited(0, "v1") },
			/builder: "x" can't be used: no builder "x" found/,
		],
		[
			"no engine behind it",
			{ inspect: exited(0, "Name: default\nDriver:\nError:  Cannot connect") },
			/can't be reached: Cannot connect.*DOCKER_HOST/,
		],
	] as const) {
		it(`says what to do: ${what}`, async () => {
			const found = await findBuilder(answering(answers), "x");
			assert.ok(found.kind === "none");
			assert.match(found.problem, line);
			assert.doesNotMatch(found.problem, /\n/);
		});
	}
});
