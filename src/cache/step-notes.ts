import { readSmall, replaceFile, unless } from "./files.ts";
import type { Hold } from "./hold.ts";
import { paths } from "./paths.ts";

/** What was kept in a berth of its last build's steps; undefined where nothing is, or more than `most` bytes. */
export function readStepNotes({ root, clone }: Hold, most: number): string | undefined {
	return unless(["EACCES", "EIO"], () => readSmall(paths.steps(root, clone.berth), most));
}

/**
 * Keeps a text for the berth's next build to compare itself with, replacing the former by rename. It only explains: where
 * it can't be kept, the berth having been removed or the disk being full, that is not worth a word.
 */
export function keepStepNotes(hold: Hold, text: string): void {
	const { root, clone } = hold;
	if (readStepNotes(hold, Buffer.byteLength(text)) === text) return;
	unless(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO", "ELOOP"], () =>
		replaceFile(paths.berth(root, clone.berth), "steps.json", text, `steps.${clone.id}.tmp`),
	);
}
