import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { unpackPackages } from "../../src/throwaway/debian-packages.ts";

describe("the packages of a suite", () => {
	let cache: string;
	const set = { suite: "bookworm", names: ["busybox-static", "tini"] } as const;

	before(async () => {
		cache = await mkdtemp("/var/tmp/berth-test-");
	});
	after(async () => {
		await rm(cache, { recursive: true, force: true });
	});

	it("are unpacked once, though two ask for them at once", async () => {
		const both = await Promise.all([unpackPackages(set, cache), unpackPackages(set, cache)]);
		const root = join(cache, "bookworm", "busybox-static+tini");
		assert.deepEqual(both, Array(2).fill({ ok: true, root, suite: "bookworm" }));
		assert.deepEqual(await readdir(join(cache, "bookworm")), ["busybox-static+tini"]);
		assert.ok((await stat(join(root, "bin", "busybox"))).mode & 0o111);
		assert.ok((await stat(join(root, "usr", "bin", "tini-static"))).mode & 0o111);
	});

	it("are not asked for again", async () => {
		const path = process.env["PATH"];
		process.env["PATH"] = "/nowhere";
		const again = await unpackPackages(set, cache);
		const other = await unpackPackages({ ...set, names: ["tini"] }, cache);
		process.env["PATH"] = path;
		assert.ok(again.ok);
		assert.deepEqual(other, { ok: false, message: "apt-get is missing or knows no Debian mirror" });
	});

	it("are told to be missing, and leave nothing", async () => {
		const missing = await unpackPackages({ suite: "bookworm", names: ["berth-no-such-package"] }, cache);
		assert.match(missing.ok ? "" : missing.message, /^bookworm: .*berth-no-such-package/);
		assert.deepEqual(await readdir(join(cache, "bookworm")), ["busybox-static+tini"]);
	});
});
