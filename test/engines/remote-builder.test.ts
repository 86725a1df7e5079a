import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buildContext, dockerOrThrow, engine, type TestEngine } from "./index.ts";
import { type RemoteBuilder, startBuildkitd } from "./remote-builder.ts";
import { noTraces, tracesOf } from "./traces.ts";

describe("a remote builder beside an engine with the graph driver", () => {
	let overlay2: TestEngine;
	let builder: RemoteBuilder;
	let work: string;

	before(async () => {
		overlay2 = await engine("overlay2");
		builder = await startBuildkitd(overlay2);
		work = await mkdtemp("/var/tmp/berth-test-");
	});
	after(async () => {
		await builder.stop();
		await rm(work, { recursive: true, force: true });
	});

	it("builds and exports a cache, which the engine's own builder refuses", async () => {
		await builder.register("berth-test-remote");
		await buildContext(join(work, "context"), overlay2, ["RUN echo built > /made"]);
		const cache = join(work, "cache");
		const cacheTo = `type=local,dest=${cache},mode=max`;
		const onBuilder = ["buildx", "build", "--builder", "berth-test-remote", "--cache-to", cacheTo];
		const output = `type=oci,dest=${join(work, "image.tar")}`;
		await dockerOrThrow(overlay2, [...onBuilder, "--output", output, join(work, "context")]);
		assert.ok(JSON.parse(await readFile(join(cache, "index.json"), "utf8")));
	});

	it("goes without a trace", async () => {
		const dir = join(builder.address.slice("unix://".length), "..");
		assert.ok(tracesOf(dir).processes > 0);
		await builder.stop();
		assert.deepEqual(tracesOf(dir), noTraces);
	});
});
