import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readSmall, replaceFile, statOf, unless } from "./files.ts";
import { describe, prepareRoot } from "./root.ts";

const longest = 32 * 1024 * 1024;

/** What was kept under a cache root about an engine; undefined where nothing is, or nothing that can be read. */
export function readEngineNotes(root: string, engineId: string): string | undefined {
	if (!statOf(root)?.isDirectory()) return undefined;
	return unless(["EACCES", "EIO"], () => readSmall(fileOf(root, engineId), longest));
}

/** Keeps a text about an engine, replacing the former by rename; the root is made if need be. A problem is one line. */
export function keepEngineNotes(root: string, engineId: string, text: string): string | undefined {
	const check = prepareRoot(root);
	if (check.kind === "unusable") return check.problem;
	const file = fileOf(root, engineId);
	if (unless(["EACCES", "EIO"], () => readSmall(file, longest)) === text) return undefined;
	const dir = join(root, "engines");
	try {
		if (statOf(dir) === undefined) unless(["EEXIST"], () => mkdirSync(dir));
		if (!statOf(dir)?.isDirectory())
			return `cache-root: ${JSON.stringify(dir)} is not a directory; remove it`;
		replaceFile(dir, `${traceOf(engineId)}.json`, text, `${traceOf(engineId)}.${process.pid}.tmp`);
		return undefined;
	} catch (error) {
		return `cache-root: ${JSON.stringify(root)} ${describe(error)}`;
	}
}

function fileOf(root: string, engineId: string): string {
	return join(root, "engines", `${traceOf(engineId)}.json`);
}

function traceOf(engineId: string): string {
	return createHash("sha256").update(engineId).digest("hex").slice(0, 16);
}
