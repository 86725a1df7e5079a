import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { needsRoot } from "./children.ts";
import { berthPath, entries, inForce } from "./disk.ts";
import { build, newRoot, scratch, tidy } from "./jobs.ts";
import { faultsIn, layers } from "./layouts.ts";
import { mountMemory, mountReadOnly } from "./mounts.ts";

const old = "20260101T000000Z-0123456789abcdef";

/** A root with two berths, and a superseded generation in one of them that something is mounted in. */
function rootWithMount(t: TestContext): { root: string; mount: string } {
	const root = newRoot(t);
	for (const name of ["app", "other"]) build(root, name, layers("base"));
	const mount = berthPath(root, "app", "generations", old, "mount");
	mkdirSync(mount, { recursive: true });
	return { root, mount };
}

describe("what can't be removed, being mounted, hinders nothing else:", { skip: needsRoot }, () => {
	const mounts: Readonly<Record<string, (t: TestContext, at: string) => void>> = {
		"another file system": (t, at) => mountMemory(t, at),
		"a read-only one": (t, at) => {
			const dir = scratch(t);
			writeFileSync(join(dir, "precious"), "precious");
			mountReadOnly(t, dir, at);
		},
	};
	for (const [what, mountAt] of Object.entries(mounts)) {
		test(`${what}, when a generation is retired`, (t) => {
			const { root, mount } = rootWithMount(t);
			mountAt(t, mount);
			assert.equal(build(root, "app", layers("base", "new")).committed.kind, "swapped-in");
			assert.deepEqual(faultsIn(inForce(root, "app")), []);
			assert.deepEqual(tidy(root).removed, []);
		});

		test(`${what}, when berths have had their time`, (t) => {
			const { root, mount } = rootWithMount(t);
			mountAt(t, mount);
			tidy(root, { maxAgeMs: -60_000 });
			assert.deepEqual(entries(join(root, "berths")), ["app"]);
			assert.deepEqual(entries(berthPath(root, "app", "generations")), [old]);
		});
	}
});
