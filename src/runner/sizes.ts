import type { CacheMaxSize } from "../cache/inputs.ts";

const POWERS = ["", "k", "m", "g", "t", "p"];

/** What `parseSize` reads, in a reader's words. */
export const SIZE_FORM =
	"more than zero with a unit, such as 20GB (decimal) or 500MiB (binary), or 10% (of the disk, at most 100%)";

/** `20GB`, `500MiB` or `10%`, letters in either case; undefined for anything else, for nothing and over 100%. */
export function parseSize(text: string): CacheMaxSize | undefined {
	const match = /^(\d+(?:\.\d+)?)(?:(%)|([kmgtp]?)(i?)b)$/i.exec(text);
	if (match === null) return undefined;
	const [, digits, percentSign, prefix = "", binary] = match;
	const amount = Number(digits);
	if (percentSign !== undefined) {
		return amount > 0 && amount <= 100 ? { kind: "percent", percent: amount } : undefined;
	}
	if (binary !== "" && prefix === "") return undefined;
	const bytes = Math.round(amount * (binary === "" ? 1000 : 1024) ** POWERS.indexOf(prefix.toLowerCase()));
	return bytes > 0 && Number.isSafeInteger(bytes) ? { kind: "bytes", bytes } : undefined;
}
