import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { disksAt, engineFolders, freedBytes } from "../../src/cleanup/disk.ts";

describe("the disks that things lie on", () => {
	it("are each told once, with what they hold", (t) => {
		const dir = memory(t);
		mkdirSync(join(dir, "data"));
		writeFileSync(join(dir, "data", "file"), Buffer.alloc(300_000));
		const disks = disksAt([join(dir, "data"), dir, join(dir, "none"), tmpdir()]);
		assert.equal(disks.length, 2);
		const [disk] = disks;
		assert.deepEqual([disk?.path, disk?.totalBytes], [join(dir, "data"), 1024 * 1024]);
		assert.ok(disk !== undefined && disk.usedBytes >= 300_000 && disk.usedBytes < 400_000);
		assert.equal(disk.freeBytes, disk.totalBytes - disk.usedBytes);
	});

	it("are seen by a user who must not look into the folder", (t) => {
		const dir = memory(t, "mode=0");
		process.seteuid?.(65_534);
		try {
			assert.equal(disksAt([dir])[0]?.totalBytes, 1024 * 1024);
			assert.deepEqual(disksAt([join(dir, "below")]), []);
		} finally {
			process.seteuid?.(0);
		}
	});

	it("have lost what came free, all of them together, however often they are named", (t) => {
		const [one, other] = [memory(t), memory(t)];
		for (const dir of [one, other]) writeFileSync(join(dir, "file"), Buffer.alloc(409_600));
		const before = disksAt([one, other, one]);
		rmSync(join(one, "file"));
		assert.equal(freedBytes(before, disksAt([one, other])), 409_600);
		rmSync(join(other, "file"));
		assert.equal(freedBytes(before, disksAt([one, other])), 819_200);
		assert.equal(freedBytes(disksAt([one, other]), before), 0);
		assert.equal(freedBytes(before, []), 0);
	});

	it("are an engine's only where its root is there, and the engine is this machine's", (t) => {
		const dir = memory(t);
		assert.deepEqual(engineFolders(dir, { local: false }), []);
		assert.deepEqual(engineFolders(join(dir, "none"), { local: true }), []);
		assert.deepEqual(disksAt(engineFolders(dir, { local: true }))[0], disksAt([dir])[0]);
	});
});

/** A megabyte of memory as a disk. */
function memory(t: TestContext, options = "mode=755"): string {
	const dir = mkdtempSync(join(tmpdir(), "berth-test-disk-"));
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=1m,${options}`, "tmpfs", dir]);
	t.after(() => {
		execFileSync("umount", [dir]);
		rmSync(dir, { recursive: true });
	});
	return dir;
}
