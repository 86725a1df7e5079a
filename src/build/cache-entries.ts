import { csvRecord } from "./csv.ts";

/** How a local cache is exported; no `compression` means BuildKit's own choice. */
export type LocalCacheOptions = Readonly<{
	mode: "min" | "max";
	compression?: "gzip" | "zstd" | "uncompressed";
}>;

/** The `--cache-from` value that imports the local cache in `dir`. */
export function localCacheFrom(dir: string): string {
	return csvRecord([
		["type", "local"],
		["src", dir],
	]);
}

/** The `--cache-to` value that exports to the local cache in `dir`; a failed export won't fail the build. */
export function localCacheTo(dir: string, options: LocalCacheOptions): string {
	return csvRecord([
		["type", "local"],
		["dest", dir],
		["mode", options.mode],
		["ignore-error", "true"],
		...(options.compression === undefined ? [] : [["compression", options.compression] as const]),
	]);
}

/** The same entries as one string for a script that expands it unquoted, as `docker build $ARGS`. */
export function extraArgs(from: readonly string[], to: readonly string[]): string {
	return [
		...from.flatMap((entry) => ["--cache-from", entry]),
		...to.flatMap((entry) => ["--cache-to", entry]),
	].join(" ");
}
