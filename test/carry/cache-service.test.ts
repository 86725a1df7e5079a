import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { startCacheServer } from "./cache-service-v2.ts";
import { jobCache } from "./jobs-cache.ts";

const main = { ref: "refs/heads/main" };
const server = await startCacheServer({ after });

describe("the cache service", () => {
	it("brings to one machine what another has saved", async (t) => {
		const one = jobCache(t, server.env(main));
		one.stage({ "packs/a/blob": "A", "manifest.json": "{}" });
		assert.deepEqual(await one.save("two-machines-1"), { kind: "saved" });
		const other = jobCache(t, server.env(main));
		assert.deepEqual(await other.restore(["two-machines-1"]), { kind: "restored", key: "two-machines-1" });
		assert.deepEqual(other.staged(), { "packs/a/blob": "A", "manifest.json": "{}" });
		// Nor does it leave anything else behind.
		for (const { temp } of [one, other]) assert.deepEqual(readdirSync(temp), ["berth-carry"]);
	});

	it("brings the first key exactly, else the newest that begins with one of the others", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		for (const key of ["newest-1", "newest-2", "newest-3", "newer-4"]) await job.save(key);
		const found = async (...keys: string[]) => await job.lookUp(keys);
		assert.deepEqual(await found("newest-2", "newest-"), { kind: "restored", key: "newest-2" });
		assert.deepEqual(await found("newest-9", "newest-"), { kind: "restored", key: "newest-3" });
		assert.deepEqual(await found("newest-9", "other-", "newe"), { kind: "restored", key: "newer-4" });
		assert.deepEqual(await found("newest-", "other-"), { kind: "miss" });
		assert.deepEqual(await found("nobody's"), { kind: "miss" });
	});

	it("adds what it restores to what is there, many at a time", async (t) => {
		const one = jobCache(t, server.env(main));
		one.stage({ "packs/a/blob": "A" });
		await one.save("pack-a");
		const two = jobCache(t, server.env(main));
		two.stage({ "packs/b/blob": "B" });
		await two.save("pack-b");
		const three = jobCache(t, server.env(main));
		three.stage({ "packs/c/blob": "C" });
		const restored = await Promise.all([three.restore(["pack-a"]), three.restore(["pack-b"])]);
		assert.deepEqual(
			restored.map(({ kind }) => kind),
			["restored", "restored"],
		);
		assert.deepEqual(three.staged(), { "packs/a/blob": "A", "packs/b/blob": "B", "packs/c/blob": "C" });
	});

	it("carries fifty megabytes by the way that Azure's hosts have", async (t) => {
		const one = jobCache(t, server.env(main));
		const large = randomBytes(50 * 1024 * 1024);
		one.stage({ large });
		assert.deepEqual(await one.save("large"), { kind: "saved" });
		const other = jobCache(t, server.env(main));
		server.blobs.asked.splice(0);
		assert.deepEqual(await other.restore(["large"]), { kind: "restored", key: "large" });
		const arrived = readFileSync(join(other.staging, "large"));
		assert.equal(sha256(arrived), sha256(large));
		assert.ok(server.blobs.asked.length > 10, "in segments");
	});

	it("does not save a key twice", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		assert.deepEqual(await job.save("twice"), { kind: "saved" });
		assert.deepEqual(await job.save("twice"), { kind: "exists" });
	});
});

describe("scopes", () => {
	const feature = { ref: "refs/heads/feature" };
	const pull = { ref: "refs/pull/7/merge", base: "refs/heads/release" };

	it("hide the entries of other branches", async (t) => {
		const job = jobCache(t, server.env(feature));
		job.stage({ file: "" });
		await job.save("hidden-1");
		assert.deepEqual(await job.lookUp(["hidden-"]), { kind: "miss" });
		assert.deepEqual(await job.lookUp(["hidden-1"]), { kind: "restored", key: "hidden-1" });
		for (const scope of [main, pull]) {
			assert.deepEqual(await jobCache(t, server.env(scope)).lookUp(["hidden-1"]), { kind: "miss" });
		}
	});

	it("show the base's and the default branch's, after one's own", async (t) => {
		for (const [scope, key] of [
			[pull, "shown-pull"],
			[{ ref: "refs/heads/release" }, "shown-release"],
			[main, "shown-main"],
		] as const) {
			const job = jobCache(t, server.env(scope));
			job.stage({ file: key });
			assert.deepEqual(await job.save(key), { kind: "saved" });
		}
		const seen = async (keys: string[], scope: typeof pull | typeof feature) =>
			await jobCache(t, server.env(scope)).lookUp(keys);
		assert.deepEqual(await seen(["?", "shown-"], pull), { kind: "restored", key: "shown-pull" });
		assert.deepEqual(await seen(["shown-release"], pull), { kind: "restored", key: "shown-release" });
		assert.deepEqual(await seen(["?", "shown-"], feature), { kind: "restored", key: "shown-main" });
	});
});

function sha256(data: Buffer): string {
	return createHash("sha256").update(data).digest("hex");
}
