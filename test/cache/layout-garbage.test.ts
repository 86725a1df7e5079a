import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { readLayout } from "../../src/cache/layout.ts";
import { scratch } from "./jobs.ts";
import { exportInto, layers, writeBlob, writeIndex } from "./layouts.ts";

const hex = "0".repeat(64);
const good = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${hex}`, size: 1 };
const deep = 200_000;

describe("an index.json that is none", () => {
	const texts: Readonly<Record<string, string>> = {
		empty: "",
		"white space": " \n",
		"half of one": '{"schemaVersion":2,"manifests":[{"mediaType":"app',
		"not JSON": "\0\0\0\0",
		"JSON of something else": '"index"',
		null: "null",
		"a list": "[]",
		"without manifests": '{"schemaVersion":2}',
		"with an empty list": '{"manifests":[]}',
		"with manifests that are no list": '{"manifests":{"length":1}}',
		"with a text for a list": '{"manifests":"latest"}',
		"with entries that are none": '{"manifests":[null]}',
		"nested without end": `${"[".repeat(deep)}${"]".repeat(deep)}`,
	};
	for (const [what, text] of Object.entries(texts)) {
		test(what, (t) => {
			const dir = scratch(t);
			exportInto(dir, layers("base"));
			writeFileSync(join(dir, "index.json"), text);
			assert.equal(readLayout(dir).kind, "broken");
		});
	}

	test("huge", (t) => {
		const dir = scratch(t);
		exportInto(dir, layers("base"));
		truncateSync(join(dir, "index.json"), 2 ** 40);
		assert.equal(readLayout(dir).kind, "broken");
	});

	test("a directory", (t) => {
		const dir = scratch(t);
		mkdirSync(join(dir, "index.json"));
		assert.equal(readLayout(dir).kind, "broken");
	});

	test("a pipe, which is not waited for", (t) => {
		const dir = scratch(t);
		execFileSync("mkfifo", [join(dir, "index.json")]);
		assert.equal(readLayout(dir).kind, "broken");
	});
});

describe("a descriptor that is none", () => {
	const descriptors: Readonly<Record<string, unknown>> = {
		"a path for a digest": { ...good, digest: "sha256:../../etc/passwd" },
		"a path of the right length": { ...good, digest: `sha256:${"../".repeat(21)}x` },
		"a digest with a line after it": { ...good, digest: `sha256:${hex}\n` },
		"capitals in a digest": { ...good, digest: `sha256:${"A".repeat(64)}` },
		"another algorithm": { ...good, digest: `sha512:${"0".repeat(128)}` },
		"a negative size": { ...good, size: -1 },
		"a fraction of a byte": { ...good, size: 0.5 },
		"more bytes than can be counted": { ...good, size: 2 ** 53 },
		"a size in words": { ...good, size: "1" },
		"no size": { ...good, size: undefined },
		"no media type": { ...good, mediaType: undefined },
	};
	for (const [what, descriptor] of Object.entries(descriptors)) {
		test(`${what}, in index.json`, (t) => {
			const dir = scratch(t);
			exportInto(dir, layers("base"));
			writeIndex(dir, [descriptor]);
			assert.equal(readLayout(dir).kind, "broken");
		});

		test(`${what}, in a manifest`, (t) => {
			const dir = scratch(t);
			exportInto(dir, layers("base"));
			const bytes = Buffer.from(JSON.stringify({ config: descriptor, layers: [] }));
			writeIndex(dir, [{ ...good, digest: `sha256:${writeBlob(dir, bytes)}`, size: bytes.length }]);
			assert.equal(readLayout(dir).kind, "broken");
		});
	}
});

test("a digest that is a path names no file outside the layout, even if there is one", (t) => {
	const dir = join(scratch(t), "layout");
	mkdirSync(dir);
	exportInto(dir, layers("base"));
	writeFileSync(join(dirname(dir), "passwd"), "x");
	writeIndex(dir, [{ ...good, digest: "sha256:../../../passwd" }]);
	assert.equal(readLayout(dir).kind, "broken");
	rmSync(join(dir, "index.json"));
});
