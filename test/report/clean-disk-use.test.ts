import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diskUseLines } from "../../src/report/clean-disk-use.ts";
import type { DiskUse } from "../../src/report/cleanup-report.ts";

const none: DiskUse = {
	...{ disk: null, tags: [], pins: [], orphans: [], berths: [], buildCache: null, errors: [] },
};

describe("what there is to remove", () => {
	it("is told kind by kind, the largest first", () => {
		const lines = diskUseLines({
			disk: { path: "/var/lib/docker", bytes: 100e9, free: 40e9 },
			tags: [
				{ name: "cst.oci.local/a:1", bytes: 1e6 },
				{ name: "cst.oci.local/longer:1", bytes: 2e9 },
			],
			pins: [{ name: "berth.invalid/base/debian:1", bytes: 120e6, lastUsed: "2026-11-20T10:00:30.000Z" }],
			orphans: [{ kind: "volume", name: "buildx_state", bytes: 5e6 }],
			berths: [
				{ name: "app", bytes: 765e6, lastUsed: "2026-11-20T10:00:30.000Z", inUse: true },
				{ name: "old", bytes: 1e6, lastUsed: "2026-10-20T10:00:30.000Z", inUse: false },
			],
			buildCache: { bytes: 5e9, records: 12 },
			errors: ["the volumes can't be listed"],
		});
		assert.deepEqual(lines, [
			"40.0 GB of 100 GB are free on the disk of /var/lib/docker",
			"Image names under the prefixes: 2, 2.0 GB",
			"  2.0 GB  cst.oci.local/longer:1",
			"  1.0 MB  cst.oci.local/a:1",
			"Base images that are pinned: 1, 120 MB",
			"  120 MB  berth.invalid/base/debian:1  last used 2026-11-20 10:00",
			"Left by killed tests and jobs: 1, 5.0 MB",
			"  5.0 MB  buildx_state  volume",
			"Berths (blobs that they share count in each): 2, 766 MB",
			"  765 MB  app  in use",
			"  1.0 MB  old  last used 2026-10-20 10:00",
			"BuildKit's cache: 12, 5.0 GB",
		]);
	});

	it("is told where there is nothing, and where nothing can be told", () => {
		assert.deepEqual(diskUseLines(none), [
			"The engine's disk can't be seen from here",
			"Image names under the prefixes: none",
			"Base images that are pinned: none",
			"Left by killed tests and jobs: none",
			"Berths (blobs that they share count in each): none",
			"BuildKit's cache: unknown",
		]);
	});

	it("stays short", () => {
		const tags = Array.from({ length: 1000 }, (_, at) => ({ name: `n${at}`, bytes: at }));
		const lines = diskUseLines({ ...none, tags });
		assert.ok(lines.length < 40);
		assert.ok(lines.includes("  … and 980 more"));
	});
});
