import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hexOf } from "../image/digest.ts";
import { errnoOf, isDirectory, linkOrCopy, readSmall } from "./files.ts";
import { generationHashOf } from "./keys.ts";
import { type Manifest, type Pack, packsText } from "./manifest.ts";
import { mostMetadataBytes, packDir, staged } from "./staged.ts";

/** The folder as the service is to archive it now, with how many bytes in it; or why it can't be made. */
export type Staged =
	| { readonly kind: "staged"; readonly bytes: number }
	| { readonly kind: "failed"; readonly problem: string };

/** Empties the staging folder, for entries to be restored into it; or removes what they left. */
export function emptyStaging(staging: string): Staged {
	return orFailed("nothing", () => {
		makeEmpty(staging);
		return 0;
	});
}

/** Makes the staging folder hold one pack of a generation's blobs, by hard link, and nothing else. */
export function stagePack(staging: string, generation: string, { id, blobs }: Pack): Staged {
	return orFailed(`pack ${id}`, () => {
		const from = join(generation, "blobs", "sha256");
		const stray = [generation, dirname(from), from].find((dir) => !isDirectory(dir));
		if (stray !== undefined) return `${JSON.stringify(stray)} is not a directory`;
		makeEmpty(staging);
		mkdirSync(packDir(staging, id), { recursive: true });
		let bytes = 0;
		for (const [digest, size] of blobs) {
			const stat = lstatSync(join(from, hexOf(digest)), { throwIfNoEntry: false });
			if (!stat?.isFile() || stat.size !== size) return `${digest} is not there with ${size} bytes`;
			linkOrCopy(join(from, hexOf(digest)), join(packDir(staging, id), hexOf(digest)));
			bytes += size;
		}
		return bytes;
	});
}

/** Makes the staging folder hold the manifest of a generation, and nothing else. */
export function stageManifest(staging: string, generation: string, manifest: Manifest): Staged {
	return orFailed(`the manifest of ${manifest.generation}`, () => {
		const index = readSmall(join(generation, "index.json"), mostMetadataBytes);
		const version = readSmall(join(generation, "oci-layout"), mostMetadataBytes);
		if (index === undefined || generationHashOf(index) !== manifest.generation)
			return `${JSON.stringify(generation)} holds another generation or none`;
		if (version === undefined) return `${JSON.stringify(generation)} has no oci-layout`;
		const packs = Buffer.from(packsText(manifest));
		makeEmpty(staging);
		mkdirSync(staged(staging).manifest);
		writeFileSync(staged(staging).index, index);
		writeFileSync(staged(staging).layout, version);
		writeFileSync(staged(staging).packs, packs);
		return index.length + version.length + packs.length;
	});
}

function makeEmpty(staging: string): void {
	// Of a link that somebody put in its place only the link goes.
	rmSync(staging, { recursive: true, force: true, maxRetries: 2 });
	mkdirSync(staging, { recursive: true, mode: 0o700 });
}

// A neighbour may retire the generation at any time, and a disk may be full: the cache is not saved then, that is all.
function orFailed(what: string, act: () => number | string): Staged {
	try {
		const done = act();
		return typeof done === "number"
			? { kind: "staged", bytes: done }
			: { kind: "failed", problem: `${what} can't be staged: ${done}` };
	} catch (error) {
		const code = errnoOf(error);
		if (code === undefined) throw error;
		return { kind: "failed", problem: `${what} can't be staged: ${code}` };
	}
}
