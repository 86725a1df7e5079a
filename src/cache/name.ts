import { createHash } from "node:crypto";

/** A container name as the one directory name it has under `berths/`. */
export type BerthDir = string & { readonly __brand: "BerthDir" };

const safeByte = /^[a-z0-9_.-]$/;
const berthDirPattern = /^(?!\.)(?:[a-z0-9_.-]|%[0-9a-f]{2})+(?:~[0-9a-f]{64})?$/;

// A file name may have 255 bytes on every file system met so far; below that, room is left for suffixes.
const longestPlain = 200;
const prefixOfLong = 120;

/**
 * Encodes any container name to one safe directory name: bytes outside `[a-z0-9_.-]`, and a leading dot, become
 * `%xx`. Capitals are encoded too, so that `A` and `a` stay apart on a file system that ignores case. A name too
 * long for a directory keeps its beginning and gets its hash; `decodeName` then needs the name kept in the berth.
 */
export function encodeName(name: string): BerthDir {
	const bytes = [...Buffer.from(name, "utf8")].map((byte, at) => {
		const char = String.fromCharCode(byte);
		return safeByte.test(char) && !(at === 0 && char === ".")
			? char
			: `%${byte.toString(16).padStart(2, "0")}`;
	});
	const plain = bytes.join("");
	if (plain.length <= longestPlain) return plain as BerthDir;
	const hash = createHash("sha256").update(name, "utf8").digest("hex");
	return `${startOf(bytes, prefixOfLong)}~${hash}` as BerthDir;
}

/** The name that a directory under `berths/` stands for; undefined for one whose name was too long to encode. */
export function decodeName(dir: BerthDir): string | undefined {
	if (dir.includes("~")) return undefined;
	const bytes = dir.match(/%[0-9a-f]{2}|./g) ?? [];
	return Buffer.from(
		bytes.map((byte) => (byte.length === 3 ? Number.parseInt(byte.slice(1), 16) : byte.charCodeAt(0))),
	).toString("utf8");
}

/** Whether a name found on disk can be one of ours; anything else under `berths/` is left alone. */
export function isBerthDir(value: unknown): value is BerthDir {
	return typeof value === "string" && value.length <= 255 && berthDirPattern.test(value);
}

function startOf(bytes: readonly string[], most: number): string {
	let start = "";
	for (const byte of bytes) {
		if (start.length + byte.length > most) break;
		start += byte;
	}
	return start;
}
