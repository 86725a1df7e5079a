import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Store } from "../../src/throwaway/engine.ts";
import { docker, dockerOrThrow, emptyBuilder } from "./docker.ts";
import { baseImage, buildContext } from "./images.ts";
import { type OwnedTestEngine, startTestEngine, testStores } from "./shared.ts";
import { noTraces, tracesOf } from "./traces.ts";

const drivers: Record<Store, RegExp> = {
	containerd: /io\.containerd\.snapshotter\.v1/,
	overlay2: /^overlay2 .*(Backing Filesystem)/,
};

for (const store of testStores()) {
	describe(`a throwaway engine with store ${store}`, () => {
		let owned: OwnedTestEngine;
		let context: string;

		before(async () => {
			owned = await startTestEngine(store);
			context = await mkdtemp("/var/tmp/berth-test-context-");
		});
		after(async () => {
			await owned.stop();
			await rm(context, { recursive: true, force: true });
		});

		it("comes up in the storage mode asked for", async (t) => {
			const info = await dockerOrThrow(owned.engine, ["info", "-f", "{{.Driver}} {{.DriverStatus}}"]);
			assert.match(info, drivers[store]);
			t.diagnostic(`Engine ${owned.engine.engineVersion}`);
			t.diagnostic(await dockerOrThrow(owned.engine, ["buildx", "version"]));
		});

		it("builds from scratch, RUN steps included, and runs the result", async () => {
			await buildContext(context, owned.engine, ["RUN echo built > /made"]);
			await dockerOrThrow(owned.engine, ["buildx", "build", "--load", "-t", "berth-test/built:1", context]);
			const made = await dockerOrThrow(owned.engine, [
				"run",
				"--rm",
				"berth-test/built:1",
				"/bin/cat",
				"/made",
			]);
			assert.equal(made, "built");
		});

		it("has a base image without a registry, and builds upon it without one", async () => {
			const base = await baseImage(owned.engine);
			assert.equal(await baseImage(owned.engine), base);
			const input = `FROM ${base}\nRUN test -x /bin/ls\n`;
			await dockerOrThrow(owned.engine, ["buildx", "build", "-"], { input });
		});

		it("forgets its build cache when told to", async () => {
			await emptyBuilder(owned.engine);
			assert.match(await dockerOrThrow(owned.engine, ["buildx", "du"]), /^Total:\s+0B$/m);
		});

		it("goes without a trace, running containers included", async () => {
			const base = await baseImage(owned.engine);
			await dockerOrThrow(owned.engine, ["run", "--detach", base, "/bin/sleep", "1000"]);
			const dir = dirname(owned.engine.binDir);
			const { folder, bridge, processes, mounts } = tracesOf(dir);
			assert.ok(folder && bridge && processes > 3 && mounts > 0, JSON.stringify(tracesOf(dir)));
			await owned.stop();
			assert.deepEqual(tracesOf(dir), noTraces);
		});
	});
}

describe("two throwaway engines at once", () => {
	it("keep their images apart, and one's end is not the other's", async () => {
		const [one, two] = await Promise.all([startTestEngine("overlay2"), startTestEngine("overlay2")]);
		try {
			await baseImage(one.engine);
			assert.equal(await dockerOrThrow(two.engine, ["image", "ls", "-q"]), "");
			await one.stop();
			assert.equal((await docker(two.engine, ["info"])).code, 0);
			await dockerOrThrow(two.engine, ["run", "--rm", await baseImage(two.engine), "/bin/true"]);
		} finally {
			await Promise.all([one.stop(), two.stop()]);
		}
		assert.deepEqual(tracesOf(join(two.engine.binDir, "..")), noTraces);
	});
});
