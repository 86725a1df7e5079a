import type { CleanInputs } from "../cleanup/inputs.ts";
import { CLEAN_INPUTS, parseCleanInputs } from "./clean-inputs.ts";
import { DURATION_FORM, parseDuration } from "./durations.ts";
import { shown } from "./input-reader.ts";

/** What the hook is to do and how long it may take, or every reason why it won't do, one line each. */
export type ParsedHookSettings =
	| Readonly<{ ok: true; inputs: CleanInputs; timeoutMs: number }>
	| Readonly<{ ok: false; problems: readonly string[] }>;

const PREFIX = "BERTH_CLEANUP_";
const TIMEOUT = "BERTH_HOOK_TIMEOUT";
const DEFAULT_TIMEOUT_MS = 2 * 60_000;
const DEFAULT_MIN_AGE_MS = 60 * 60_000;

// What a timer of Node's can wait for.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Parses the hook's settings: the cleanup's inputs as `BERTH_CLEANUP_MIN_AGE` and so on. One that is misspelt is refused,
 * as `BERTH_CLEANUP_DRYRUN` would otherwise remove things.
 */
export function parseHookSettings(env: NodeJS.ProcessEnv): ParsedHookSettings {
	const known = CLEAN_INPUTS.map(variableOf);
	const unknown = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !known.includes(name));
	const timeoutMs = parseTimeout(env[TIMEOUT]?.trim() || undefined);
	const parsed = parseCleanInputs((name) => env[variableOf(name)] ?? "", env, {
		minAgeMs: DEFAULT_MIN_AGE_MS,
		shownAs: variableOf,
	});
	const problems = [
		...unknown.map((name) => `${name} is no setting; allowed: ${known.join(", ")}`),
		...(timeoutMs === undefined
			? [`${TIMEOUT}: ${shown(env[TIMEOUT] ?? "")}; allowed: ${DURATION_FORM}, from 1s to 24d`]
			: []),
		...(parsed.ok ? [] : parsed.problems),
	];
	if (!parsed.ok || timeoutMs === undefined || problems.length > 0) return { ok: false, problems };
	return { ok: true, inputs: parsed.inputs, timeoutMs };
}

function variableOf(input: string): string {
	return `${PREFIX}${input.toUpperCase().replaceAll("-", "_")}`;
}

function parseTimeout(text: string | undefined): number | undefined {
	const ms = text === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(text);
	return ms !== undefined && ms > 0 && ms <= LONGEST_TIMEOUT_MS ? ms : undefined;
}
