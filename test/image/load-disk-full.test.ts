import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { startThrowawayEngine, type ThrowawayEngine } from "../../src/throwaway/engine.ts";
import { dockerOrThrow } from "../engines/docker.ts";
import { testStores } from "../engines/shared.ts";
import { berth, linesOf } from "./berth-process.ts";
import { imageOf, layerOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

const suite = process.env["BERTH_TEST_SUITE"] as "sid" | "trixie" | "bookworm" | undefined;

for (const store of testStores()) {
	describe(`an engine whose disk is full, ${store}`, () => {
		let dir: string;
		let engine: ThrowawayEngine;
		let here: Scene;

		before(async () => {
			here = scene();
			dir = mkdtempSync("/var/tmp/berth-small-");
			execFileSync("mount", ["-t", "tmpfs", "-o", "size=96m", "tmpfs", dir]);
			const started = await startThrowawayEngine({ store, dir, ...(suite ? { suite } : {}) });
			assert.ok(started.ok, JSON.stringify(started));
			engine = started.engine;
		});
		after(async () => {
			await engine.stop();
			execFileSync("umount", [dir]);
			rmSync(dir, { recursive: true });
			rmSync(here.path(""), { recursive: true });
		});

		it("is said to be, in one line; nothing is left of the image, and a small one still loads", async (t) => {
			const env = { ...process.env, ...engine.env };
			const program = await programLayer(engine);
			// One fits as an archive and not unpacked, the other not even on its way.
			const zeros = await layerOf({ zeros: Buffer.alloc(200_000_000), [here.name("")]: "" });
			const big = imageOf([program, zeros]);
			const huge = imageOf([program, await freshLayer("huge", 200_000_000)]);
			const small = imageOf([program, await freshLayer("small")]);
			for (const [name, image] of Object.entries({ big, huge, small })) writeLayout(here.path(name), image);
			for (const name of ["big", "huge"]) {
				const item = `${here.path(name)}=${here.name(name)}`;
				const { code, stdout, stderr } = await berth(env, "load", item);
				assert.deepEqual([code, stdout, linesOf(stderr).length], [1, "", 1], stderr);
				assert.match(stderr, /^berth: "[^"]+" does not fit: the engine's disk is full \(.*\)$/m);
				await hasOnly(engine, [big, huge, small], []);
			}
			// The engine throws away what it took in its own time.
			await t.waitFor(() => assert.ok(freeBytes(dir) > 20_000_000), { timeout: 60_000 });
			await loadOne(env, `${here.path("small")}=${here.name("small")}`);
			await runs(engine, here.name("small"), "small");
			await hasOnly(engine, [big, huge, small], [here.name("small")]);
			assert.equal(await dockerOrThrow(engine, ["images", "--quiet", "--filter", "dangling=true"]), "");
		});
	});
}

function freeBytes(dir: string): number {
	const { bavail, bsize } = statfsSync(dir);
	return bavail * bsize;
}
