import { statSync } from "node:fs";
import { join } from "node:path";
import { hexOf } from "./digest.ts";
import { readDockerArchive } from "./docker-archive.ts";
import type { Image } from "./image.ts";
import { readOciImage } from "./oci.ts";
import type { Platform } from "./platform.ts";
import { fileStretch } from "./stretch.ts";
import { scanTar } from "./tar-entries.ts";
import { isUnfit, type Unfit, unfit } from "./unfit.ts";

/** Reads an image's metadata from an OCI layout directory, an OCI archive or a docker archive. */
export async function readImage(path: string, wanted: Platform): Promise<Image | Unfit> {
	try {
		return await readAny(path, wanted);
	} catch (error) {
		// A loop of links, a name that is too long, a disk that fails, a file that vanishes meanwhile.
		if (!(error instanceof Error && "code" in error)) throw error;
		return unfit(`can't be read: ${error.message.replace(/, \w+ '.*'$/s, "")}`);
	}
}

async function readAny(path: string, wanted: Platform): Promise<Image | Unfit> {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined) return unfit("does not exist");
	if (stat.isDirectory()) return readLayoutDirectory(path, wanted);
	return stat.isFile() ? readArchive(path, wanted) : unfit("is neither a directory nor a file");
}

function readLayoutDirectory(dir: string, wanted: Platform): Image | Unfit {
	const index = fileStretch(join(dir, "index.json"));
	if (index === undefined) return unfit("is no OCI layout: it has no index.json");
	return readOciImage(
		{ index, blob: (digest) => fileStretch(join(dir, "blobs", "sha256", hexOf(digest))) },
		wanted,
	);
}

async function readArchive(path: string, wanted: Platform): Promise<Image | Unfit> {
	const entries = scanTar(path);
	if (isUnfit(entries)) return entries;
	// `docker save` writes both since Engine 25; the engines themselves then go by the index.
	const index = entries.get("index.json");
	if (index !== undefined)
		return readOciImage({ index, blob: (digest) => entries.get(`blobs/sha256/${hexOf(digest)}`) }, wanted);
	const manifest = entries.get("manifest.json");
	return manifest === undefined
		? unfit("is neither an OCI nor a docker archive: it has no index.json and no manifest.json")
		: readDockerArchive(entries, manifest);
}
