import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Digest, hexOf } from "../image/digest.ts";
import { errnoOf, isDirectory, moveFile, readSmall } from "./files.ts";
import { generationHashOf, type PackId } from "./keys.ts";
import { bytesOf, type Manifest, type Pack } from "./manifest.ts";
import { faultOfBlob } from "./received-blob.ts";
import { mostMetadataBytes, packDir, staged } from "./staged.ts";

/** A layout made of what was restored; or the packs that were no good, and what was wrong with the first. */
export type Assembled =
	| { readonly kind: "whole"; readonly bytes: number }
	| { readonly kind: "broken"; readonly reason: string; readonly bad: readonly PackId[] };

// BuildKit's own words (client/ociindex): the file says nothing else.
const layoutVersion = '{"imageLayoutVersion":"1.0.0"}';

/**
 * Moves a generation's blobs from the staging folder into a layout, each one hashed before. `into` must be an empty
 * directory or nothing; it is an empty directory again if anything is missing or not what it is named.
 */
export async function assemble(staging: string, manifest: Manifest, into: string): Promise<Assembled> {
	const assembled = await orBroken(async () => {
		mkdirSync(into, { recursive: true });
		if (readdirSync(into).length > 0) throw new Error(`${JSON.stringify(into)} is not empty`);
		return await fill(staging, manifest, into);
	});
	if (assembled.kind === "broken" && isDirectory(into)) {
		for (const entry of readdirSync(into)) rmSync(join(into, entry), { recursive: true, force: true });
	}
	return assembled;
}

async function fill(staging: string, manifest: Manifest, into: string): Promise<Assembled> {
	mkdirSync(join(into, "blobs", "sha256"), { recursive: true });
	const shares = sharesOf(manifest);
	const faults = new Map<PackId, string>();
	for (const share of shares) {
		const fault = await takePack(staging, share, into);
		if (fault !== undefined) faults.set(share.id, fault);
	}
	const [first] = faults;
	if (first !== undefined)
		return { kind: "broken", reason: `pack ${first[0]}: ${first[1]}`, bad: [...faults.keys()] };
	const index = isDirectory(staged(staging).manifest)
		? readSmall(staged(staging).index, mostMetadataBytes)
		: undefined;
	if (index === undefined || generationHashOf(index) !== manifest.generation)
		return { kind: "broken", reason: "index.json is not the generation's", bad: [] };
	writeFileSync(join(into, "oci-layout"), layoutVersion, { flag: "wx" });
	writeFileSync(join(into, "index.json"), index, { flag: "wx" });
	return { kind: "whole", bytes: shares.reduce((sum, { blobs }) => sum + bytesOf(blobs), 0) };
}

// The blobs that each pack is needed for. One that two packs hold is taken from the older.
function sharesOf({ packs, live }: Manifest): Pack[] {
	const open = new Set(live);
	return packs.map(({ id, blobs }) => ({
		id,
		blobs: new Map([...blobs].filter(([digest]) => open.delete(digest))),
	}));
}

async function takePack(staging: string, { id, blobs }: Pack, into: string): Promise<string | undefined> {
	const dir = packDir(staging, id);
	if (blobs.size === 0) return undefined;
	if (![staging, join(staging, "packs"), dir].every(isDirectory)) return "it is not there";
	for (const [digest, size] of blobs) {
		const fault = await takeBlob(dir, { digest, size }, into);
		if (fault !== undefined) return fault;
	}
	return undefined;
}

type Blob = { readonly digest: Digest; readonly size: number };

async function takeBlob(dir: string, blob: Blob, into: string): Promise<string | undefined> {
	const fault = await faultOfBlob(join(dir, hexOf(blob.digest)), blob);
	if (fault !== undefined) return `${blob.digest} ${fault}`;
	const to = join(into, "blobs", "sha256", hexOf(blob.digest));
	moveFile(join(dir, hexOf(blob.digest)), to);
	// An archive says of each file who may do what with it; here that is as BuildKit would have written it.
	chmodSync(to, 0o644);
	return undefined;
}

async function orBroken(act: () => Promise<Assembled>): Promise<Assembled> {
	try {
		return await act();
	} catch (error) {
		const code = errnoOf(error);
		if (code === undefined) throw error;
		return { kind: "broken", reason: `it can't be put together: ${code}`, bad: [] };
	}
}
