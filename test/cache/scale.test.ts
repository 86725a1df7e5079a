import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { run } from "./children.ts";
import { inForce, look } from "./disk.ts";
import { build } from "./jobs.ts";
import { layer } from "./layouts.ts";
import type { ManyBlobsSaid } from "./many-blobs.ts";

const blobs = 10_000;

/** Tens of thousands of files are written here, and how fast a disk is does not matter. */
function rootInMemory(t: TestContext): string {
	const root = mkdtempSync("/dev/shm/berth-cache-");
	t.after(() => rmSync(root, { recursive: true, force: true }));
	return root;
}

describe(`a generation of ${blobs} blobs`, () => {
	for (const form of ["image-manifest", "index"] as const) {
		test(`opens and commits in little memory, in the form ${form}`, async (t) => {
			const root = rootInMemory(t);
			build(root, "neighbour", [layer("base")]);
			const ended = await run("many-blobs.ts", { args: [root, form, `${blobs}`] });
			assert.equal(ended.code, 0, ended.stderr);
			const { first, second, mostMegabytes, megabytesBefore } = ended.said as ManyBlobsSaid;
			assert.equal(first, "swapped-in");
			assert.equal(second, "swapped-in");
			// Layers, the cache config and the manifest.
			assert.equal(readdirSync(join(inForce(root, "app"), "blobs", "sha256")).length, blobs + 2);
			assert.equal(look(root, "app").generations.length, 1);
			assert.ok(mostMegabytes - megabytesBefore < 150, `${megabytesBefore} to ${mostMegabytes} MB`);
		});
	}
});
