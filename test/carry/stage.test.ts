import assert from "node:assert/strict";
import {
	appendFileSync,
	existsSync,
	lstatSync,
	readdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type GenerationHash, manifestKey, parseKey } from "../../src/carry/keys.ts";
import type { Pack } from "../../src/carry/manifest.ts";
import { emptyStaging, stageManifest, stagePack } from "../../src/carry/stage.ts";
import { readManifest } from "../../src/carry/staged.ts";
import { type Digest, hexOf } from "../../src/image/digest.ts";
import { scratch } from "../cache/jobs.ts";
import { name, planFor, stagedBlob, writeGeneration } from "./generations.ts";

function generationIn(dir: string) {
	const generation = writeGeneration(join(dir, "generation"), [300, 20]);
	const { manifest } = planFor(generation);
	const [pack] = manifest.packs as [Pack];
	const [blob] = pack.blobs.keys() as Iterable<Digest> as [Digest];
	return { generation, manifest, pack, blob, staging: join(dir, "of", "the", "service") };
}

function keyOf(generation: GenerationHash, packs: readonly Pack[]) {
	const parsed = parseKey(
		manifestKey(
			name,
			generation,
			packs.map(({ id }) => id),
		),
	);
	assert.ok(parsed?.kind === "manifest");
	return parsed;
}

test("a staged pack is all there is in the folder, and costs no disk", (t) => {
	const { generation, manifest, pack, blob, staging } = generationIn(scratch(t));
	stageManifest(staging, generation.dir, manifest);
	assert.deepEqual(stagePack(staging, generation.dir, pack), { kind: "staged", bytes: 320 });
	assert.deepEqual(readdirSync(staging), ["packs"]);
	assert.deepEqual(readdirSync(join(staging, "packs")), [pack.id]);
	assert.equal(lstatSync(stagedBlob(staging, pack, blob)).nlink, 2);
});

test("a staged manifest is all there is in the folder, and is read as it was written", (t) => {
	const { generation, manifest, pack, staging } = generationIn(scratch(t));
	stagePack(staging, generation.dir, pack);
	assert.equal(stageManifest(staging, generation.dir, manifest).kind, "staged");
	assert.deepEqual(readdirSync(staging), ["manifest"]);
	const read = readManifest(staging, keyOf(manifest.generation, manifest.packs));
	assert.deepEqual(read, { kind: "manifest", manifest });
});

test("a generation that lost a blob, or has a link in its place, is not staged", (t) => {
	const { generation, pack, blob, staging } = generationIn(scratch(t));
	const path = join(generation.dir, "blobs", "sha256", hexOf(blob));
	renameSync(path, `${path}.real`);
	const expected = {
		kind: "failed",
		problem: `pack ${pack.id} can't be staged: ${blob} is not there with 300 bytes`,
	};
	assert.deepEqual(stagePack(staging, generation.dir, pack), expected);
	symlinkSync(`${path}.real`, path);
	assert.deepEqual(stagePack(staging, generation.dir, pack), expected);
	rmSync(generation.dir, { recursive: true });
	assert.equal(stagePack(staging, generation.dir, pack).kind, "failed");
});

test("a manifest is not staged of another generation than it describes", (t) => {
	const { generation, manifest, staging } = generationIn(scratch(t));
	appendFileSync(join(generation.dir, "index.json"), " ");
	assert.equal(stageManifest(staging, generation.dir, manifest).kind, "failed");
});

test("a staging folder that is a link is replaced, and nothing is removed behind it", (t) => {
	const dir = scratch(t);
	const { generation, pack } = generationIn(dir);
	const staging = join(dir, "link");
	symlinkSync(generation.dir, staging);
	emptyStaging(staging);
	assert.ok(lstatSync(staging).isDirectory());
	assert.ok(existsSync(join(generation.dir, "index.json")));
	assert.equal(stagePack(staging, generation.dir, pack).kind, "staged");
});

test("a restored manifest must be the one that its key names", (t) => {
	const { generation, manifest, staging } = generationIn(scratch(t));
	const key = keyOf(manifest.generation, manifest.packs);
	const reason = () => {
		const read = readManifest(staging, key);
		return read.kind === "broken" ? read.reason : "";
	};
	assert.equal(reason(), "it is not there");
	stageManifest(staging, generation.dir, { ...manifest, packs: [], live: new Set() });
	assert.equal(reason(), "its packs.json lists other packs than its key");
	stageManifest(staging, generation.dir, manifest);
	writeFileSync(join(staging, "manifest", "packs.json"), "{}");
	assert.equal(reason(), "its packs.json is not one");
	stageManifest(staging, generation.dir, manifest);
	appendFileSync(join(staging, "manifest", "index.json"), " ");
	assert.equal(reason(), "its index.json is not the one that its key names");
	rmSync(join(staging, "manifest", "index.json"));
	symlinkSync(join(generation.dir, "index.json"), join(staging, "manifest", "index.json"));
	assert.equal(reason(), "its index.json is not the one that its key names");
});
