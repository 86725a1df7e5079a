import assert from "node:assert/strict";
import { chownSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { encodeName } from "../../src/cache/name.ts";
import {
	berthsByUse,
	carryOutTidy,
	dropBerth,
	openCache,
	planTidy,
	tidyCache,
} from "../../src/cache/store.ts";
import { needsRoot } from "./children.ts";
import { entries } from "./disk.ts";
import { build, newRoot, scratch } from "./jobs.ts";
import { layers } from "./layouts.ts";

const me = { runner: "one", job: "1" };
const stranger = 12345;

/** Looking at this root, and cleaning it up, has to fail in the words that opening a berth in it does. */
function refusesCleaning(root: string): void {
	const now = new Date();
	const opened = openCache({ root, name: "app", me, engine: null, now });
	assert.equal(opened.kind, "failed");
	const [judge, limits] = [{ me, now }, { maxAgeMs: -60_000 }];
	for (const answer of [
		planTidy(root, me, limits, { now, orphans: true }),
		carryOutTidy(root, { removals: [], kept: [], litter: [] }, judge),
		tidyCache(root, me, limits, now),
		berthsByUse(root, me, now),
		dropBerth(root, encodeName("app"), judge),
	])
		assert.deepEqual(answer, opened);
}

describe("a root that can't be one is not cleaned up", () => {
	test("being a file, or a link to a root", (t) => {
		const [root, elsewhere] = [newRoot(t), newRoot(t)];
		build(elsewhere, "app", layers("base"));
		writeFileSync(root, "");
		refusesCleaning(root);
		rmSync(root);
		symlinkSync(elsewhere, root);
		refusesCleaning(root);
		assert.deepEqual(entries(join(elsewhere, "berths")), ["app"]);
	});

	for (const part of ["jobs", "berths"]) {
		test(`having a link for \`${part}\``, (t) => {
			const [root, elsewhere] = [newRoot(t), scratch(t)];
			build(root, "app", layers("base"));
			rmSync(join(root, part), { recursive: true });
			symlinkSync(elsewhere, join(root, part));
			refusesCleaning(root);
		});
	}

	test("being another user's, even for root", { skip: needsRoot }, (t) => {
		const root = newRoot(t);
		build(root, "app", layers("base"));
		chownSync(root, stranger, stranger);
		refusesCleaning(root);
		assert.deepEqual(entries(join(root, "berths")), ["app"]);
	});
});
