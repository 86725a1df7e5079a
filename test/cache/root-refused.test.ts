import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { openCache } from "../../src/cache/store.ts";
import { needsRoot, run } from "./children.ts";
import { entries } from "./disk.ts";
import { build, newRoot, scratch } from "./jobs.ts";
import { layers } from "./layouts.ts";
import { mountMemory, mountReadOnly } from "./mounts.ts";
import type { OneJobSaid } from "./one-job.ts";

const me = { runner: "one", job: "1" };
const stranger = 12345;

/** Opening in this root has to fail in one line that names the input, the path, and what is wrong. */
function refuses(root: string, path: string, problem: RegExp): void {
	const opened = openCache({ root, name: "app", me, engine: null, now: new Date() });
	assert.ok(opened.kind === "failed", JSON.stringify(opened));
	assert.ok(opened.problem.startsWith(`cache-root: ${JSON.stringify(path)} `), opened.problem);
	assert.match(opened.problem, problem);
	assert.doesNotMatch(opened.problem, /\n/);
}

/** What a job says that another user runs in this root. */
async function strangersJob(root: string): Promise<OneJobSaid> {
	const job = { root, name: "app", seeds: ["base"], me, uid: stranger };
	const ended = await run("one-job.ts", { args: [JSON.stringify(job)] });
	assert.equal(ended.code, 0, ended.stderr);
	return ended.said as OneJobSaid;
}

/** A directory that others may look into, as the home of a root. */
function openScratch(t: TestContext): string {
	const dir = scratch(t);
	chmodSync(dir, 0o755);
	return dir;
}

describe("a root that can't be one is refused", () => {
	test("being a file", (t) => {
		const root = newRoot(t);
		writeFileSync(root, "");
		refuses(root, root, /is not a directory; remove it, or set cache-root elsewhere$/);
		refuses(join(root, "in", "it"), join(root, "in", "it"), /has a file where a directory should be/);
	});

	test("being a link, whose target is named, or a link to nowhere", (t) => {
		const [root, elsewhere] = [newRoot(t), scratch(t)];
		symlinkSync(elsewhere, root);
		refuses(root, root, new RegExp(`is a symbolic link; name the directory itself, "${elsewhere}"`));
		rmSync(root);
		symlinkSync("nowhere", root);
		refuses(root, root, /is a symbolic link; name the directory itself$/);
		refuses(join(root, "in"), join(root, "in"), /cache-root/);
		assert.deepEqual(entries(elsewhere), []);
	});

	for (const part of ["jobs", "berths"]) {
		test(`having a file, or a link, for \`${part}\``, (t) => {
			const [root, elsewhere] = [newRoot(t), scratch(t)];
			mkdirSync(root);
			writeFileSync(join(root, part), "");
			refuses(root, join(root, part), /is not a directory; remove it$/);
			rmSync(join(root, part));
			symlinkSync(elsewhere, join(root, part));
			refuses(root, join(root, part), /is not a directory; remove it$/);
			assert.deepEqual(entries(elsewhere), []);
		});
	}

	test("with too long a path", (t) => {
		const root = join(scratch(t), "x".repeat(300));
		refuses(root, root, /is too long a path; set cache-root to a shorter one$/);
	});

	test("being another user's, even for root", { skip: needsRoot }, (t) => {
		const root = newRoot(t);
		mkdirSync(root);
		chownSync(root, stranger, stranger);
		refuses(root, root, /belongs to uid 12345, not to uid 0 that runs this job/);
	});

	test("not being permitted to who runs the job", { skip: needsRoot }, async (t) => {
		const dir = openScratch(t);
		for (const root of [dir, join(dir, "new")]) {
			const { opened } = await strangersJob(root);
			assert.ok(opened.kind === "failed", JSON.stringify(opened));
			assert.ok(
				opened.problem.startsWith(`cache-root: ${JSON.stringify(root)} is not permitted to uid 12345;`),
			);
		}
	});

	test("lying behind a directory that is closed to them", { skip: needsRoot }, async (t) => {
		const root = join(scratch(t), "root");
		mkdirSync(root, { mode: 0o777 });
		const { opened } = await strangersJob(root);
		assert.ok(opened.kind === "failed" && opened.problem.includes("is not permitted to uid 12345"));
	});

	test("lying on a read-only file system", { skip: needsRoot }, (t) => {
		const root = mountReadOnly(t, scratch(t));
		refuses(
			root,
			root,
			/lies on a read-only file system; set cache-root to a directory that can be written$/,
		);
		refuses(join(root, "new"), join(root, "new"), /lies on a read-only file system/);
	});

	test("having no room left", { skip: needsRoot }, (t) => {
		const root = mountMemory(t);
		build(root, "app", layers("base"));
		assert.throws(() => writeFileSync(join(root, "filler"), Buffer.alloc(2 << 20)), { code: "ENOSPC" });
		refuses(root, root, /lies on a full disk; free some space, or set cache-max-size/);
		assert.deepEqual(entries(join(root, "jobs")), []);
		assert.deepEqual(entries(join(root, "berths", "app", "clones")), []);
	});
});
