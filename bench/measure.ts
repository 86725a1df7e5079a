import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
	return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** Three significant digits. */
export function round(value: number): string {
	return String(Number(value.toPrecision(3)));
}

/** How many times as much the first is. */
export function ratio(first: number, second: number): string {
	return round(first / second);
}

/** Bytes of the regular files below a path that a filter lets through. */
export function treeBytes(path: string, counts: (path: string) => boolean = () => true): number {
	const stat = lstatSync(path);
	if (!stat.isDirectory()) return stat.isFile() && counts(path) ? stat.size : 0;
	return readdirSync(path).reduce((sum, entry) => sum + treeBytes(join(path, entry), counts), 0);
}
