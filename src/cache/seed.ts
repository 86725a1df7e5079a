import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unless } from "./files.ts";
import { unlinkable } from "./fill-clone.ts";
import type { Hold } from "./hold.ts";
import { reach } from "./layout.ts";
import { blobPath, blobsDir } from "./paths.ts";
import { dirOf } from "./store.ts";

/**
 * Makes a directory inside the held clone for an image that a build writes, filled with the clone's blobs by hard link:
 * BuildKit sends none that it finds there. It goes with the clone, whatever becomes of the job.
 */
export function seededLayout(hold: Hold): string {
	const from = dirOf(hold);
	const dir = join(from, "image");
	mkdirSync(blobsDir(dir), { recursive: true });
	writeFileSync(join(dir, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
	const base = hold.clone.base === null ? undefined : reach(from, hold.clone.base.roots);
	if (base?.kind !== "whole") return dir;
	for (const digest of base.live.keys()) {
		// Where links can't be made nothing is lost: the build sends those blobs, as it would have without us.
		unless([...unlinkable, "ENOENT"], () => linkSync(blobPath(from, digest), blobPath(dir, digest)));
	}
	return dir;
}
