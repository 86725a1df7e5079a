import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { engineFolder, folderPrefix, removeEngine } from "./engine-folder.ts";
import { isAbandoned } from "./owner.ts";

/**
 * Removes what engines below `parent` left behind whose owners were killed. `busybox` is the caller's: an
 * abandoned engine's own may be gone.
 */
export async function sweepAbandoned(parent: string, busybox: string): Promise<void> {
	for (const name of await readdir(parent)) {
		const dir = join(parent, name);
		if (name.startsWith(folderPrefix) && isAbandoned(dir)) await removeEngine(engineFolder(dir), busybox);
	}
}
