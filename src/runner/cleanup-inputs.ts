import type { CleanupInputs } from "../cleanup/inputs.ts";
import { DURATION_FORM, parseDuration } from "./durations.ts";
import { asPrefix, IMAGE_GLOB_FORM, isImageGlob, PREFIX_FORM } from "./image-names.ts";
import type { InputReader } from "./input-reader.ts";

/** Image names that are Berth's to remove unless others are named: those of container-structure-test's Bazel rule. */
export const DEFAULT_PREFIX = "cst.oci.local";

const DEFAULT_MIN_AGE_MS = 60 * 60 * 1000;

const BASES = { true: "free", false: "off", pull: "pull" } as const;

/** Reads the inputs that say what the post step removes from the engine, and what it keeps there. */
export function readCleanupInputs(reader: InputReader): CleanupInputs {
	return {
		mode: reader.oneOf("cleanup", ["job", "stale", "off"], "job"),
		prefixes: readPrefixes(reader, "cleanup-prefixes"),
		minAgeMs: reader.parsed("cleanup-min-age", parseDuration, DURATION_FORM) ?? DEFAULT_MIN_AGE_MS,
		keepImages: readKeepImages(reader),
		keepBases: BASES[reader.oneOf("keep-base-images", ["true", "false", "pull"], "true")],
	};
}

/** The prefixes, one a line or between commas. */
export function readPrefixes(reader: InputReader, name: string): readonly string[] {
	const prefixes = reader.words(name).flatMap((text) => {
		const read = asPrefix(text);
		if ("prefix" in read) return [read.prefix];
		reader.refuse(name, text, PREFIX_FORM, read.why);
		return [];
	});
	return prefixes.length === 0 ? [DEFAULT_PREFIX] : [...new Set(prefixes)];
}

/** The globs of names that stay, one a line or between commas. */
export function readKeepImages(reader: InputReader): readonly string[] {
	return reader.words("keep-images", isImageGlob, IMAGE_GLOB_FORM);
}
