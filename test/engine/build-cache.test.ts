import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import type { BuildCacheBounds, BuildCacheRecord, Upkeep } from "../../src/engine/upkeep.ts";
import { baseImage, docker, dockerOrThrow, testStores } from "../engines/index.ts";
import { type OwnedTestEngine, startTestEngine, type TestEngine } from "../engines/shared.ts";
import { type EngineProxy, startProxy } from "../image/engine-proxy.ts";
import { itemsOf } from "./upkeep-scene.ts";

const megabyte = 1_000_000;
const muchBytes = 1_000_000 * megabyte;

/** Bytes that only the build cache has. */
const own = (records: readonly BuildCacheRecord[]) =>
	records.reduce((sum, { bytes, shared }) => sum + (shared ? 0 : bytes), 0);

// An engine of its own: pruning is nothing to do to one that other tests build with.
for (const store of testStores())
	describe(`the build cache of an engine, ${store}`, () => {
		let owned: OwnedTestEngine;
		let lent: TestEngine;
		let proxy: EngineProxy;
		let upkeep: Upkeep;

		before(async () => {
			owned = await startTestEngine(store);
			lent = owned.engine;
			proxy = await startProxy(lent.host);
			upkeep = dockerUpkeep({ ...lent.env, DOCKER_HOST: proxy.host });
		});
		after(async () => {
			await proxy.close();
			await owned.stop();
		});

		const cache = async () => itemsOf(await upkeep.buildCache());
		const bounded = (bounds: BuildCacheBounds) => upkeep.pruneBuildCache(bounds);
		const prunes = () => proxy.crossings.filter(({ path }) => path.startsWith("/build/prune"));

		/** Adds a layer to the cache that no image has. */
		async function build(marker: string): Promise<string> {
			const line = `${marker.repeat(999)}\n`;
			const input = `FROM scratch\nCOPY <<EOF /${marker}\n${line.repeat(1000)}EOF\nCOPY <<EOF /${marker}2\n${marker}\nEOF`;
			const args = ["buildx", "build", "--progress=plain", "--output=type=cacheonly", "-"];
			const { code, stderr } = await docker(lent, args, { input });
			assert.equal(code, 0, stderr);
			return stderr;
		}

		it("stays as it is without a bound, for which nothing is asked", async () => {
			await build("a");
			const before = await cache();
			assert.ok(own(before) >= megabyte);
			assert.deepEqual(await bounded({}), { kind: "done", bytes: 0 });
			assert.deepEqual(await bounded({ freeBytes: 0 }), { kind: "done", bytes: 0 });
			assert.deepEqual((await cache()).length, before.length);
			assert.deepEqual(prunes(), []);
		});

		it("stays as it is within its bounds", async () => {
			const before = await cache();
			for (const bounds of [
				{ maxUsedBytes: own(before) },
				{ minFreeBytes: 1, freeBytes: muchBytes },
				{ maxUsedBytes: own(before), minFreeBytes: 1, freeBytes: muchBytes },
			])
				assert.deepEqual(await bounded(bounds), { kind: "done", bytes: 0 }, JSON.stringify(bounds));
			assert.deepEqual((await cache()).length, before.length);
		});

		it("loses what was not used for longest until it is within them", async () => {
			for (const marker of ["b", "c", "d"]) await build(marker);
			const before = own(await cache());
			const maxUsedBytes = before - megabyte;
			const pruned = await bounded({ maxUsedBytes });
			const after = own(await cache());
			assert.ok(pruned.kind === "done" && pruned.bytes === before - after, JSON.stringify(pruned));
			assert.ok(after <= maxUsedBytes && after > before - 3 * megabyte, `${after} of ${before}`);
			assert.match(await build("d"), /CACHED/);
		});

		it("keeps the layers of images, and loses all others where even that frees too little", async () => {
			const input = `FROM ${await baseImage(lent)}\nRUN head -c ${megabyte} /dev/urandom > /kept`;
			const args = ["buildx", "build", "--network=none", "--tag", "berth-test/kept:1", "-"];
			await dockerOrThrow(lent, args, { input });
			const kept = (await cache()).filter(({ shared, bytes }) => shared && bytes > 0).map(({ id }) => id);
			assert.ok(kept.length > 0);
			assert.ok(own(await cache()) > 0);
			const pruned = await bounded({ minFreeBytes: muchBytes, freeBytes: 0 });
			assert.equal(pruned.kind, "done");
			const after = await cache();
			assert.equal(own(after), 0);
			assert.deepEqual(
				kept.filter((id) => !after.some((record) => record.id === id)),
				[],
			);
		});

		it("is never pruned without a bound that the engine knows", () => {
			assert.ok(prunes().length > 0);
			const known =
				Number(lent.engineVersion.split(".")[0]) >= 28
					? /[?&]max-used-space=[1-9]/
					: /[?&]keep-storage=[1-9]/;
			for (const { path } of prunes()) assert.match(path, known);
		});
	});
