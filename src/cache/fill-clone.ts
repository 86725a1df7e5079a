import { constants, copyFileSync, linkSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, readSmall, statOf, unless } from "./files.ts";
import type { LiveSet } from "./layout.ts";
import { blobPath, blobsDir } from "./paths.ts";
import { progressOf, type Say } from "./progress.ts";

/**
 * Fills an empty clone with a generation's blobs, by hard link where the system allows it, and with copies of its two
 * small files. `changed`: a file vanished, the generation being retired.
 */
export function fillClone(
	from: string,
	to: string,
	{ live, say }: { live: LiveSet; say: Say | undefined },
): "linked" | "copied" | "changed" {
	let how: "linked" | "copied" = "linked";
	try {
		mkdirSync(blobsDir(to), { recursive: true });
		const copied = progressOf("Copied", say);
		for (const [digest, size] of live) {
			how = linkOrCopy(blobPath(from, digest), blobPath(to, digest), how);
			if (how === "copied") copied(size);
		}
		for (const name of ["oci-layout", "index.json"]) {
			const text = readSmall(join(from, name), 32 * 1024 * 1024);
			if (text === undefined) return "changed";
			writeFileSync(join(to, name), text, { flag: "wx" });
		}
		markUntouched(to);
		return how;
	} catch (error) {
		if (errnoOf(error) === "ENOENT") return "changed";
		throw error;
	}
}

/** What a system says where it makes no hard link, though both places are there and can be written. */
// EPERM: fs.protected_hardlinks and another user's file; EXDEV: a bind mount; EMLINK: 65,000 links on ext4.
export const unlinkable = ["EPERM", "EACCES", "EXDEV", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];

function linkOrCopy(from: string, to: string, how: "linked" | "copied"): "linked" | "copied" {
	if (how === "linked" && unless(unlinkable, () => linkSync(from, to) ?? true)) return "linked";
	copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
	return "copied";
}

/** Whether a build has written the clone's `index.json`, even if with the same words; false if there is none. */
export function wasExportedTo(dir: string): boolean {
	const stat = statOf(join(dir, "index.json"));
	return stat !== undefined && stat.mtimeMs !== 0;
}

// BuildKit rewrites index.json in every export; a time no clock shows tells one that it never touched.
function markUntouched(dir: string): void {
	utimesSync(join(dir, "index.json"), 0, 0);
}
