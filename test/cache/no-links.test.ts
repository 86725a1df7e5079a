import assert from "node:assert/strict";
import fs, { readdirSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { seededLayout } from "../../src/cache/seed.ts";
import { inForce } from "./disk.ts";
import { atEnd, build, commit, newRoot, open } from "./jobs.ts";
import { exportInto, faultsIn, layers } from "./layouts.ts";

/** Has the system answer every hard link as a file system without them does; mounting one takes another kernel. */
function withoutLinks(t: TestContext, code: string): void {
	const real = fs.linkSync;
	const use = (linkSync: typeof fs.linkSync) => {
		fs.linkSync = linkSync;
		syncBuiltinESMExports();
	};
	use(() => {
		throw Object.assign(new Error(code), { code });
	});
	atEnd(t, () => use(real));
}

describe("on a share without hard links", () => {
	for (const code of ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]) {
		test(`that says ${code}, a berth is cloned by copy, and an image's layout starts empty`, (t) => {
			const root = newRoot(t);
			build(root, "app", layers("base", "one"));
			withoutLinks(t, code);
			const opened = open(root, "app");
			assert.deepEqual(opened.remarks, [
				"hard links can't be made in the cache root: its blobs are copied instead",
			]);
			assert.deepEqual(readdirSync(join(seededLayout(opened.hold), "blobs", "sha256")), []);
			exportInto(opened.dir, layers("base", "two"));
			const committed = commit(opened);
			assert.ok(committed.kind === "swapped-in" && committed.bytesReused === 6000);
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
		});
	}
});
