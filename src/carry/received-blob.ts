import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Digest } from "../image/digest.ts";
import { errnoOf, openUntrusted } from "./files.ts";

/** Says, as the end of a sentence, why a received file is not the blob it is named as; undefined if it is. */
export async function faultOfBlob(
	path: string,
	{ digest, size }: { readonly digest: Digest; readonly size: number },
): Promise<string | undefined> {
	let file: FileHandle | undefined;
	try {
		file = await open(path, openUntrusted);
		const stat = await file.stat();
		if (!stat.isFile()) return "is not a regular file";
		if (stat.size !== size) return `has ${stat.size} bytes instead of ${size}`;
		const hash = createHash("sha256");
		const bytes = file.createReadStream({ highWaterMark: 1 << 20, autoClose: false });
		for await (const chunk of bytes) hash.update(chunk);
		return `sha256:${hash.digest("hex")}` === digest ? undefined : "has other bytes than its name says";
	} catch (error) {
		const code = errnoOf(error);
		if (code === undefined) throw error;
		return code === "ENOENT" ? "is missing" : `can't be read: ${code}`;
	} finally {
		await file?.close();
	}
}
