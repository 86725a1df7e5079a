import assert from "node:assert/strict";
import {
	chmodSync,
	cpSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { assemble } from "../../src/carry/assemble.ts";
import type { Manifest, Pack } from "../../src/carry/manifest.ts";
import { type Digest, hexOf } from "../../src/image/digest.ts";
import { scratch } from "../cache/jobs.ts";
import { type Generation, planFor, Service, stagedBlob, writeGeneration } from "./generations.ts";

function sameLayout(dir: string, generation: Generation): void {
	assert.deepEqual(readdirSync(dir).sort(), ["blobs", "index.json", "oci-layout"]);
	const names = [...generation.live.keys()].map(hexOf).sort();
	assert.deepEqual(readdirSync(join(dir, "blobs", "sha256")).sort(), names);
	for (const file of ["index.json", "oci-layout", ...names.map((each) => join("blobs", "sha256", each))])
		assert.deepEqual(readFileSync(join(dir, file)), readFileSync(join(generation.dir, file)));
}

/** A generation saved and restored, before it is put together. */
function carried(dir: string): { staging: string; manifest: Manifest; generation: Generation; into: string } {
	const service = new Service(dir);
	const generation = writeGeneration(join(dir, "one"), [5000, 300, 20]);
	const next = writeGeneration(join(dir, "two"), [700], generation);
	const before = planFor(generation);
	service.save(generation, before);
	const manifest = service.restore(service.save(next, planFor(next, before.manifest)));
	return { staging: service.staging, manifest, generation: next, into: join(dir, "layout") };
}

test("two saves later a machine that has nothing gets the generation, byte by byte", async (t) => {
	const { staging, manifest, generation, into } = carried(scratch(t));
	assert.equal(manifest.packs.length, 2);
	assert.deepEqual(await assemble(staging, manifest, into), { kind: "whole", bytes: 6020 });
	sameLayout(into, generation);
});

test("files that nobody asked for stay where they are", async (t) => {
	const { staging, manifest, generation, into } = carried(scratch(t));
	const [pack] = manifest.packs as [Pack];
	writeFileSync(join(staging, "surprise"), "x");
	writeFileSync(join(staging, "packs", pack.id, "..profile"), "x");
	writeFileSync(join(staging, "manifest", "more"), "x");
	assert.equal((await assemble(staging, manifest, into)).kind, "whole");
	sameLayout(into, generation);
});

test("a file's rights in the archive are not what it gets here", async (t) => {
	const { staging, manifest, into } = carried(scratch(t));
	const [blob] = manifest.live;
	const pack = manifest.packs.find(({ blobs }) => blobs.has(blob as Digest)) as Pack;
	chmodSync(stagedBlob(staging, pack, blob as Digest), 0o6777);
	await assemble(staging, manifest, into);
	assert.equal(statSync(join(into, "blobs", "sha256", hexOf(blob as Digest))).mode & 0o7777, 0o644);
});

describe("nothing is left, and the reason names the pack, of a layout with", () => {
	const faults: Record<string, { spoil: (file: string) => void; reason: RegExp }> = {
		"a pack that was evicted": {
			spoil: (file) => rmSync(dirname(file), { recursive: true }),
			reason: /it is not there$/,
		},
		"a blob missing": { spoil: (file) => rmSync(file), reason: /is missing$/ },
		"a blob cut short": { spoil: (file) => truncateSync(file, 3), reason: /has 3 bytes instead of \d+$/ },
		"other bytes in a blob": {
			spoil: (file) => writeFileSync(file, Buffer.alloc(statSync(file).size)),
			reason: /has other bytes than its name says$/,
		},
		"a link in a blob's place": {
			spoil: (file) => {
				renameSync(file, `${file}.real`);
				symlinkSync(`${file}.real`, file);
			},
			reason: /can't be read: ELOOP$/,
		},
		"a directory in a blob's place": {
			spoil: (file) => {
				rmSync(file);
				mkdirSync(file);
			},
			reason: /is not a regular file$/,
		},
		"a link in a pack's place": {
			spoil: (file) => {
				renameSync(dirname(file), `${dirname(file)}.real`);
				symlinkSync(`${dirname(file)}.real`, dirname(file));
			},
			reason: /it is not there$/,
		},
	};
	for (const [what, { spoil, reason }] of Object.entries(faults)) {
		test(what, async (t) => {
			const { staging, manifest, into } = carried(scratch(t));
			const pack = manifest.packs[1] as Pack;
			const [blob] = pack.blobs.keys();
			spoil(stagedBlob(staging, pack, blob as Digest));
			const assembled = await assemble(staging, manifest, into);
			assert.equal(assembled.kind, "broken");
			if (assembled.kind !== "broken") return;
			assert.deepEqual(assembled.bad, [pack.id]);
			assert.match(assembled.reason, reason);
			assert.ok(assembled.reason.includes(pack.id));
			assert.deepEqual(readdirSync(into), []);
		});
	}
});

test("all packs that are no good are named, so that the next save sends them anew", async (t) => {
	const { staging, manifest, generation, into } = carried(scratch(t));
	rmSync(join(staging, "packs"), { recursive: true });
	const assembled = await assemble(staging, manifest, into);
	assert.deepEqual(
		assembled.kind === "broken" && assembled.bad,
		manifest.packs.map(({ id }) => id),
	);
	const service = new Service(dirname(into));
	const again = service.restore(service.save(generation, planFor(generation, manifest, manifest.packs)));
	assert.equal((await assemble(staging, again, into)).kind, "whole");
	sameLayout(into, generation);
});

test("a dead blob of a pack may be missing", async (t) => {
	const { staging, manifest, into } = carried(scratch(t));
	const pack = manifest.packs[1] as Pack;
	const [dead] = pack.blobs.keys();
	rmSync(stagedBlob(staging, pack, dead as Digest));
	const live = new Set([...manifest.live].filter((each) => each !== dead));
	assert.equal((await assemble(staging, { ...manifest, live }, into)).kind, "whole");
});

test("a layout is never put where something lies", async (t) => {
	const { staging, manifest, generation, into } = carried(scratch(t));
	cpSync(generation.dir, into, { recursive: true });
	await assert.rejects(assemble(staging, manifest, into), /is not empty/);
	sameLayout(into, generation);
});

test("a disk that doesn't take the layout is a reason to build without it, and no pack's fault", async (t) => {
	const { staging, manifest, into } = carried(scratch(t));
	writeFileSync(into, "a file");
	assert.deepEqual(await assemble(staging, manifest, into), {
		kind: "broken",
		reason: "it can't be put together: EEXIST",
		bad: [],
	});
});
