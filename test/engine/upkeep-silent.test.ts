import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import type { Upkeep } from "../../src/engine/upkeep.ts";

const impatient = { askMs: 50, workMs: 50, pruneMs: 50 };

const calls: Readonly<Record<string, (upkeep: Upkeep) => Promise<unknown>>> = {
	images: (upkeep) => upkeep.images({}),
	details: (upkeep) => upkeep.details("app:1"),
	containers: (upkeep) => upkeep.containers(),
	command: (upkeep) => upkeep.command("web"),
	untag: (upkeep) => upkeep.untag("app:1"),
	removeUntagged: (upkeep) => upkeep.removeUntagged("sha256:1"),
	removeContainer: (upkeep) => upkeep.removeContainer("web"),
	volumes: (upkeep) => upkeep.volumes(),
	createVolume: (upkeep) => upkeep.createVolume("data", {}),
	removeVolume: (upkeep) => upkeep.removeVolume("data"),
	buildCache: (upkeep) => upkeep.buildCache(),
	pruneBuildCache: (upkeep) => upkeep.pruneBuildCache({ maxUsedBytes: 0 }),
	namedSince: (upkeep) => upkeep.namedSince(0),
};

describe("upkeep of an engine that says nothing", () => {
	const never: readonly [string, RequestListener][] = [
		["takes the question and never answers", () => undefined],
		["never ends its answer", (_asked, answer) => void answer.writeHead(200).write('[{"Id":')],
		["dies in its answer", (_asked, answer) => answer.writeHead(200).write("[", () => answer.destroy())],
	];
	for (const [what, serve] of never)
		it(`comes to its end with each call, refused without a status: one that ${what}`, async (t) => {
			const server = createServer(serve).unref();
			await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
			t.after(() => server.close().closeAllConnections());
			const { port } = server.address() as AddressInfo;
			await allRefused(dockerUpkeep({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }, impatient));
		});

	it("is refused without a status where none runs, or none can be reached", async () => {
		await allRefused(dockerUpkeep({ DOCKER_HOST: "unix:///nonexistent/docker.sock" }));
		await allRefused(dockerUpkeep({ DOCKER_HOST: "ssh://engine" }));
	});

	it("says with what status it was refused", async (t) => {
		const server = createServer((_asked, answer) => answer.writeHead(403).end("Forbidden")).unref();
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		t.after(() => server.close().closeAllConnections());
		const { port } = server.address() as AddressInfo;
		const refused = await dockerUpkeep({ DOCKER_HOST: `tcp://127.0.0.1:${port}` }).untag("app:1");
		assert.deepEqual(refused, { kind: "refused", problem: "Forbidden", status: 403 });
	});
});

async function allRefused(upkeep: Upkeep): Promise<void> {
	for (const [name, call] of Object.entries(calls)) {
		const answer = await call(upkeep);
		assert.ok(typeof answer === "object" && answer !== null && "kind" in answer && "problem" in answer, name);
		assert.deepEqual([answer.kind, "status" in answer], ["refused", false], name);
		assert.doesNotMatch(String(answer.problem), /\n|^$/);
	}
}
