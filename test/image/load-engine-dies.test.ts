import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type OwnedTestEngine, startTestEngine, testStores } from "../engines/shared.ts";
import { berth, linesOf } from "./berth-process.ts";
import { type Crossing, isUpload, startProxy } from "./engine-proxy.ts";
import { imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, programLayer, type Scene, scene } from "./load-scene.ts";

/** Moments at which the engine ends: what the request is that it doesn't answer any more. */
const moments: readonly { name: string; isNow: (crossing: Crossing) => boolean }[] = [
	{ name: "in the middle of an upload", isNow: (each) => isUpload(each) && each.bodyBytes > 10_000_000 },
	{ name: "while it is asked what it has", isNow: ({ path }) => path.startsWith("/images/sha256:") },
];

for (const store of testStores()) {
	for (const { name, isNow } of moments) {
		describe(`an engine that is killed ${name}, ${store}`, () => {
			let owned: OwnedTestEngine;
			let here: Scene;
			let items: string[];

			before(async () => {
				owned = await startTestEngine(store);
				here = scene();
				const program = await programLayer(owned.engine);
				for (const each of ["one", "two"])
					writeLayout(here.path(each), imageOf([program, await freshLayer(each, 40_000_000)]));
				items = ["one", "two"].map((each) => `${here.path(each)}=${here.name(each)}`);
			});
			after(async () => {
				await owned.stop();
				rmSync(here.path(""), { recursive: true });
			});

			it("costs each image a clear line, and no time", async () => {
				const pidFile = join(dirname(owned.engine.binDir), "docker.pid");
				const pid = Number(readFileSync(pidFile, "utf8"));
				let killed = false;
				const kill = (crossing: Crossing) => {
					if (killed || !isNow(crossing)) return;
					killed = true;
					process.kill(pid, "SIGKILL");
				};
				const proxy = await startProxy(owned.engine.host, { before: kill, during: kill });
				const env = { ...process.env, ...owned.engine.env, DOCKER_HOST: proxy.host };
				const { code, stdout, stderr } = await berth(env, "load", ...items);
				await proxy.close();
				assert.ok(killed);
				assert.deepEqual([code, stdout], [1, ""]);
				assert.equal(linesOf(stderr).length, 2, stderr);
				for (const line of linesOf(stderr))
					assert.match(
						line,
						/^berth: "[^"]+" was not taken: the engine broke off \(.+\); see whether it runs$/,
					);
			});

			it("is said to be gone, once, when it is asked again", async () => {
				const { code, stdout, stderr } = await berth(
					{ ...process.env, ...owned.engine.env },
					"load",
					...items,
				);
				assert.deepEqual([code, stdout, linesOf(stderr).length], [1, "", 1], stderr);
				assert.match(stderr, /^berth: no Docker engine answers at unix:/);
			});
		});
	}
}
