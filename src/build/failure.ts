import { stripVTControlCharacters } from "node:util";

/** Wrappings that say nothing the reader of a failed step doesn't know. */
const NOISE =
	/^(?:(?:(?:failed to build|failed to solve|failed to receive status|error):|rpc error: code = \w+ desc =) )+/i;

/** buildx's own verdict; what a step of the Dockerfile printed is prefixed with `#8 1.234 `. */
const VERDICT = /^ERROR: /i;

/** A verdict, or the failure of one step: `#8 ERROR: …`. */
const FAILURE = /^(?:#\d+ )?(?:ERROR|failed to solve): /i;

/** What docker says below its complaint about an argument. */
const USAGE = /^(?:Usage: |(?:Run|See) 'docker .*--help')/;

/** Texts of BuildKit when a layer that an imported cache promised is missing, cut short or altered. */
const CACHE_FAULTS = [
	/unexpected commit digest/,
	/short read/,
	/content (?:digest )?sha256:[0-9a-f]{64}: not found/,
	/failed to compute cache key: .*not found/,
];

/** Of buildx when it can't get the flock that it takes on a layout's index, for which no `ignore-error` counts. */
const LOCK_REFUSED = /^could not lock (.+)\/index\.json\.lock(?:: |$)/;

/** How often a sound layer is never pulled in one build. */
const tellingPulls = 4;

/** COPY or ADD of a path that the context or stage lacks; BuildKit quotes the path. */
const MISSING_SOURCE = /"[^"]*": not found/;

/** The line that says best why buildx failed, without colours and wrappings; empty if it printed nothing. */
export function lastError(stderr: string): string {
	const lines = linesOf(stderr);
	const verdict = lines.findLast((candidate) => VERDICT.test(candidate));
	const line = verdict ?? lines.findLast((candidate) => !USAGE.test(candidate)) ?? "";
	return line.replace(NOISE, "");
}

/** The directory whose index buildx could not lock, if that is the line that a build failed with. */
export function unlockable(problem: string): string | undefined {
	return LOCK_REFUSED.exec(problem)?.[1];
}

/**
 * Whether a build's words read like those of a broken imported cache. Only a suspicion: confirm it by hashing the blobs.
 */
export function blamesCache(stderr: string): boolean {
	const lines = linesOf(stderr);
	return complains(lines) || pullsAgain(lines);
}

function complains(lines: readonly string[]): boolean {
	return lines.some(
		(line) =>
			FAILURE.test(line) && !MISSING_SOURCE.test(line) && CACHE_FAULTS.some((fault) => fault.test(line)),
	);
}

// On the graph driver BuildKit 0.25 tries a corrupt last layer for most of a minute, then runs its step without a word.
function pullsAgain(lines: readonly string[]): boolean {
	const pulls = new Map<string, number>();
	for (const line of lines) {
		if (/^#\d+ pulling sha256:[0-9a-f]{64}.* done$/.test(line)) pulls.set(line, (pulls.get(line) ?? 0) + 1);
	}
	return Math.max(0, ...pulls.values()) >= tellingPulls;
}

function linesOf(stderr: string): string[] {
	return stripVTControlCharacters(stderr)
		.split(/[\r\n]+/)
		.map((line) => line.trim())
		.filter((line) => line !== "");
}
