import assert from "node:assert/strict";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Layout, readLayout } from "../../src/cache/layout.ts";
import { scratch } from "./jobs.ts";
import { blob, exportInto, type Form, hexOfLayer, layer, layers, writeBlob, writeIndex } from "./layouts.ts";

function reasonOf(layout: Layout): string {
	assert.equal(layout.kind, "broken");
	return layout.kind === "broken" ? layout.reason : "";
}

for (const form of ["image-manifest", "index"] satisfies Form[]) {
	describe(`an export in the form ${form}`, () => {
		test("is whole, and reaches each of its blobs once", (t) => {
			const dir = scratch(t);
			const exported = exportInto(dir, [...layers("base", "packages"), layer("base")], form);
			const layout = readLayout(dir);
			assert.equal(layout.kind, "whole");
			const live = layout.kind === "whole" ? layout.live : new Map();
			assert.deepEqual([...live].sort(), [...exported].map(([hex, size]) => [`sha256:${hex}`, size]).sort());
		});

		test("doesn't reach the blobs of former exports", (t) => {
			const dir = scratch(t);
			exportInto(dir, layers("old"), form);
			exportInto(dir, layers("new"), form);
			const layout = readLayout(dir);
			assert.ok(
				layout.kind === "whole" && ![...layout.live.keys()].join().includes(hexOfLayer(layer("old"))),
			);
		});

		test("is broken without any one of its blobs, and the reason names that blob", (t) => {
			const dir = scratch(t);
			for (const hex of exportInto(dir, layers("base", "packages"), form).keys()) {
				rmSync(blob(dir, hex));
				assert.equal(reasonOf(readLayout(dir)), `sha256:${hex} is missing`);
				exportInto(dir, layers("base", "packages"), form);
			}
		});

		test("is broken with any one of its blobs cut short", (t) => {
			const dir = scratch(t);
			for (const [hex, size] of exportInto(dir, layers("base", "packages"), form)) {
				truncateSync(blob(dir, hex), size - 1);
				assert.equal(reasonOf(readLayout(dir)), `sha256:${hex} has ${size - 1} bytes instead of ${size}`);
				rmSync(blob(dir, hex));
				exportInto(dir, layers("base", "packages"), form);
			}
		});
	});
}

test("a directory without an index.json holds no layout", (t) => {
	assert.deepEqual(readLayout(scratch(t)), { kind: "empty" });
	assert.deepEqual(readLayout(join(scratch(t), "nowhere")), { kind: "empty" });
});

describe("indexes in indexes", () => {
	const index = "application/vnd.oci.image.index.v1+json";

	test("are followed to the last", (t) => {
		const dir = scratch(t);
		mkdirSync(join(dir, "ingest"));
		mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
		let child = { mediaType: "layer", digest: `sha256:${writeBlob(dir, layer("base").bytes)}`, size: 6000 };
		for (let depth = 0; depth < 1000; depth++) {
			const bytes = Buffer.from(JSON.stringify({ manifests: [child] }));
			child = { mediaType: index, digest: `sha256:${writeBlob(dir, bytes)}`, size: bytes.length };
		}
		writeIndex(dir, [child]);
		const layout = readLayout(dir);
		assert.equal(layout.kind === "whole" && layout.live.size, 1001);
	});

	test("that name one another in a circle end somewhere", (t) => {
		const dir = scratch(t);
		mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
		const [one, other] = ["1".repeat(64), "2".repeat(64)];
		const text = (hex: string) =>
			JSON.stringify({ manifests: [{ mediaType: index, digest: `sha256:${hex}`, size: 200 }] }).padEnd(200);
		writeFileSync(blob(dir, one), text(other));
		writeFileSync(blob(dir, other), text(one));
		writeIndex(dir, [{ mediaType: index, digest: `sha256:${one}`, size: 200 }]);
		assert.equal(readLayout(dir).kind, "whole");
	});
});
