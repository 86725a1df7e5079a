import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generationHashOf, manifestKey, nameHashOf, packKey, parseKey } from "../../src/carry/keys.ts";
import type { Blobs, Manifest, Pack } from "../../src/carry/manifest.ts";
import { planSave, type SavePlan } from "../../src/carry/plan-save.ts";
import { emptyStaging, type Staged, stageManifest, stagePack } from "../../src/carry/stage.ts";
import { readManifest } from "../../src/carry/staged.ts";
import { type Digest, hexOf } from "../../src/image/digest.ts";

/** The name that the tests save under. */
export const name = nameHashOf("web/app");

/** A digest that no blob need have, told by a number. */
export function digest(number: number): Digest {
	return `sha256:${number.toString(16).padStart(64, "0")}` as Digest;
}

/** Blobs with the sizes given, numbered from `first`. */
export function blobs(first: number, ...sizes: number[]): Blobs {
	return new Map(sizes.map((size, at) => [digest(first + at), size]));
}

/** A generation on disk and what is live in it. */
export type Generation = { readonly dir: string; readonly live: Blobs };

/** Writes a generation of random blobs; `kept` of a former one stay, as in a berth's clone. */
export function writeGeneration(dir: string, sizes: readonly number[], kept?: Generation): Generation {
	const live = new Map(kept?.live);
	if (kept === undefined) mkdirSync(join(dir, "blobs", "sha256"), { recursive: true });
	else cpSync(kept.dir, dir, { recursive: true });
	for (const size of sizes) {
		const bytes = randomBytes(size);
		const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as Digest;
		writeFileSync(join(dir, "blobs", "sha256", hexOf(digest)), bytes);
		live.set(digest, size);
	}
	writeFileSync(join(dir, "index.json"), JSON.stringify([...live]));
	writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	return { dir, live };
}

/** Plans the save of a generation; it must not be `unchanged`. */
export function planFor(
	{ live }: Generation,
	previous?: Manifest,
	bad: Manifest["packs"] = [],
): Extract<SavePlan, { kind: "save" }> {
	const generation = generationHashOf(Buffer.from(JSON.stringify([...live])));
	const plan = planSave({ generation, live, previous, bad: bad.map(({ id }) => id) });
	if (plan.kind !== "save") throw new Error("there is nothing to save");
	return plan;
}

/** A folder for each entry, which is what the service comes to: what was archived comes back, under its key. */
export class Service {
	readonly #dir: string;
	readonly staging: string;

	constructor(dir: string) {
		this.#dir = join(dir, "service");
		this.staging = join(dir, "staging");
		mkdirSync(this.#dir, { recursive: true });
	}

	/** Saves what a plan has to send, and says the manifest's key. */
	save(generation: Generation, { manifest, fresh }: Extract<SavePlan, { kind: "save" }>): string {
		for (const pack of fresh)
			this.#archive(packKey(name, pack.id), stagePack(this.staging, generation.dir, pack));
		const ids = manifest.packs.map(({ id }) => id);
		const key = manifestKey(name, manifest.generation, ids);
		this.#archive(key, stageManifest(this.staging, generation.dir, manifest));
		return key;
	}

	/** Restores a manifest and all packs that are there, and says what the manifest is. */
	restore(key: string): Manifest {
		const parsed = parseKey(key);
		if (parsed?.kind !== "manifest") throw new Error(`${key} is no manifest's`);
		emptyStaging(this.staging);
		const entries = [key, ...parsed.packs.map((id) => packKey(name, id))];
		for (const entry of entries.filter((each) => this.keys().includes(each)))
			cpSync(join(this.#dir, entry), this.staging, { recursive: true });
		const read = readManifest(this.staging, parsed);
		if (read.kind === "broken") throw new Error(read.reason);
		return read.manifest;
	}

	keys(): string[] {
		return readdirSync(this.#dir);
	}

	#archive(key: string, staged: Staged): void {
		if (staged.kind === "failed") throw new Error(staged.problem);
		renameSync(this.staging, join(this.#dir, key));
	}
}

/** Where a pack's blob lies in the staging folder. */
export function stagedBlob(staging: string, { id }: Pack, blob: Digest): string {
	return join(staging, "packs", id, hexOf(blob));
}
