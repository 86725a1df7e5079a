import { createHash } from "node:crypto";

/** A container name as the one directory name it has under `berths/`. */
export type BerthDir = string & { readonly __brand: "BerthDir" };

const safeChar = /^[a-z0-9_.-]$/;
const loneSurrogate = /(%ud[89a-f][0-9a-f]{2})/;
const longDirPattern = /^([^~]+)~[0-9a-f]{64}$/;

// A file name may have 255 bytes on every file system met so far; below that, room is left for suffixes.
const longestPlain = 200;
const prefixOfLong = 120;
const longestEscape = "%f0%90%80%80".length;

/**
 * Encodes any container name to one safe directory name: the UTF-8 bytes of what is outside `[a-z0-9_.-]`, and of a
 * leading dot, become `%xx`; no name at all becomes `%`. Capitals are encoded too, so that `A` and `a` stay apart on a
 * file system that ignores case. A name too long for a directory keeps its beginning and gets its hash; `decodeName`
 * then needs the name kept in the berth.
 */
export function encodeName(name: string): BerthDir {
	if (name === "") return "%" as BerthDir;
	const chars = [...name].map((char, at) =>
		safeChar.test(char) && !(at === 0 && char === ".") ? char : escapeChar(char),
	);
	const plain = chars.join("");
	if (plain.length <= longestPlain) return plain as BerthDir;
	const hash = createHash("sha256").update(plain).digest("hex");
	return `${startOf(chars, prefixOfLong)}~${hash}` as BerthDir;
}

/** The name that a directory under `berths/` stands for; undefined for one whose name was too long to encode. */
export function decodeName(dir: BerthDir): string | undefined {
	return dir.includes("~") ? undefined : decode(dir);
}

/** Whether a name found on disk can be one of ours; anything else under `berths/` is left alone. */
export function isBerthDir(value: unknown): value is BerthDir {
	if (typeof value !== "string") return false;
	const start = longDirPattern.exec(value)?.[1];
	if (start === undefined) return encodeName(decode(value)) === value;
	const fits = start.length <= prefixOfLong && start.length > prefixOfLong - longestEscape;
	return fits && encodeName(decode(start)) === start;
}

function escapeChar(char: string): string {
	// Half of a surrogate pair has no UTF-8; an escape of its own keeps two such names apart.
	if (!char.isWellFormed()) return `%u${char.charCodeAt(0).toString(16)}`;
	return [...Buffer.from(char, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function decode(dir: string): string {
	if (dir === "%") return "";
	const parts = dir.split(loneSurrogate);
	return parts.map((part, at) => (at % 2 === 0 ? decodeBytes(part) : decodeSurrogate(part))).join("");
}

function decodeSurrogate(escaped: string): string {
	return String.fromCharCode(Number.parseInt(escaped.slice("%u".length), 16));
}

function decodeBytes(text: string): string {
	const bytes = text.match(/%[0-9a-f]{2}|./g) ?? [];
	return Buffer.from(
		bytes.map((byte) => (byte.length === 3 ? Number.parseInt(byte.slice(1), 16) : byte.charCodeAt(0))),
	).toString("utf8");
}

function startOf(chars: readonly string[], most: number): string {
	let start = "";
	for (const char of chars) {
		if (start.length + char.length > most) break;
		start += char;
	}
	return start;
}
