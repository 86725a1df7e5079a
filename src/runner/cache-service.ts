import { mkdir, mkdtemp, readdir, realpath, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CacheCall } from "./cache-call.ts";
import { type Restored, restoredFrom, type Saved, savedFrom } from "./cache-outcome.ts";
import { type CacheTalk, talkToCache } from "./cache-process.ts";
import { carriedFolder } from "./carried-folder.ts";

export type { Restored, Saved } from "./cache-outcome.ts";

/** GitHub's cache service, as this job may use it. Nothing here throws, and everything is bounded in time. */
export interface CacheService {
	/** Why there is none here, a clause that says what to do; undefined if there is one. */
	readonly absent: string | undefined;
	/** Why nothing can be saved, as far as the environment tells; undefined if it doesn't. */
	readonly readOnly: string | undefined;
	/** The folder that entries are archives of, in no build's context; its user makes and empties it. */
	readonly staging: string;
	/**
	 * Adds an entry's files to the staging folder: the first key's exactly, or else the newest whose key begins with one
	 * of the others, in their order. What fails adds nothing; what lies there already stays.
	 */
	restore(keys: readonly string[]): Promise<Restored>;
	/** Which entry would be restored, without downloading it. */
	lookUp(keys: readonly string[]): Promise<Restored>;
	/** Saves all that is in the staging folder. */
	save(key: string): Promise<Saved>;
}

/** How long calls may take, in all. */
export type CacheLimits = {
	readonly lookUpMs: number;
	readonly restoreMs: number;
	readonly saveMs: number;
};

/** What takes longer than this to come is built sooner. The SDK repeats failed requests for half a minute. */
export const usualLimits: CacheLimits = { lookUpMs: 60_000, restoreMs: 600_000, saveMs: 900_000 };

/** The cache service that the environment names; `program` is the bundle of `src/entry/cache-call.ts`. */
export function githubCache(
	env: NodeJS.ProcessEnv,
	program: string,
	limits: CacheLimits = usualLimits,
): CacheService {
	// The SDK (6.3) cuts tar's command line at white space, so that no path may have any.
	const base = [env["RUNNER_TEMP"], tmpdir()].find((dir) => dir && !/\s/.test(dir)) ?? tmpdir();
	const staging = join(base, carriedFolder);
	const absent = whyAbsent(env);
	const readOnly = whyReadOnly(env);
	const ask = (call: CacheCall, corner: Corner, timeoutMs: number) =>
		talkToCache(call, { program, env, ...corner }, timeoutMs);
	const find = async (kind: "restore" | "look-up", keys: readonly string[]): Promise<Restored> => {
		if (absent !== undefined) return { kind: "failed", problem: absent };
		const timeoutMs = kind === "restore" ? limits.restoreMs : limits.lookUpMs;
		return await inCorner(base, async (corner) => {
			const talk = await ask({ kind, keys, timeoutMs }, corner, timeoutMs);
			const found = restoredFrom(keys, talk);
			// Only now, so that nothing of an archive that is cut short comes among the others.
			if (kind === "restore" && found.kind === "restored")
				await moveInto(staging, join(corner.workspace, carriedFolder));
			return found;
		});
	};
	return {
		...{ absent, readOnly, staging },
		restore: (keys) => find("restore", keys),
		lookUp: (keys) => find("look-up", keys),
		save: async (key) => {
			if (absent !== undefined) return { kind: "failed", problem: absent };
			if (readOnly !== undefined) return { kind: "denied", problem: readOnly };
			const save = (temp: string, workspace: string): Promise<CacheTalk> =>
				ask({ kind: "save", key }, { temp, workspace }, limits.saveMs);
			return await inCorner(base, async ({ temp }) => savedFrom(await save(temp, await realpath(base))));
		},
	};
}

type Corner = { readonly workspace: string; readonly temp: string };
type Failed = { readonly kind: "failed"; readonly problem: string };

// A directory of the call's own, also for what the SDK leaves lying. By its real path: the SDK relates others to it.
async function inCorner<Result>(
	base: string,
	use: (corner: Corner) => Promise<Result>,
): Promise<Result | Failed> {
	let dir: string | undefined;
	try {
		await mkdir(base, { recursive: true });
		dir = await realpath(await mkdtemp(join(base, `${carriedFolder}-`)));
		return await use({ workspace: dir, temp: dir });
	} catch (error) {
		return { kind: "failed", problem: error instanceof Error ? error.message : String(error) };
	} finally {
		if (dir !== undefined) await rm(dir, { recursive: true, force: true }).catch(() => undefined);
	}
}

async function moveInto(target: string, from: string): Promise<void> {
	await mkdir(target, { recursive: true });
	for (const entry of await readdir(from, { withFileTypes: true })) {
		const [source, place] = [join(from, entry.name), join(target, entry.name)];
		if (entry.isDirectory()) await moveInto(place, source);
		else await rename(source, place);
	}
}

/** As the SDK (6.3) decides which service it speaks to: GitHub Enterprise Server has but the first version. */
function whyAbsent(env: NodeJS.ProcessEnv): string | undefined {
	if (modeOf(env) === "none") return "ACTIONS_CACHE_MODE is none: the job may not use GitHub's cache service";
	const second = Boolean(env["ACTIONS_CACHE_SERVICE_V2"]) && !isServer(env["GITHUB_SERVER_URL"]);
	const needed = second ? ["ACTIONS_RESULTS_URL", "ACTIONS_RUNTIME_TOKEN"] : ["ACTIONS_CACHE_URL"];
	const missing = needed.find((name) => !env[name]);
	return missing && `this runner offers no cache service (${missing} is not set); give cache: local`;
}

function whyReadOnly(env: NodeJS.ProcessEnv): string | undefined {
	const isRead = modeOf(env) === "read";
	return isRead ? "ACTIONS_CACHE_MODE is read: the job may not save to GitHub's cache service" : undefined;
}

function modeOf(env: NodeJS.ProcessEnv): string {
	return (env["ACTIONS_CACHE_MODE"] ?? "").trim().toLowerCase();
}

function isServer(url: string | undefined): boolean {
	const host = url && URL.canParse(url) ? new URL(url).hostname : "github.com";
	return host !== "github.com" && !host.endsWith(".ghe.com") && !host.endsWith(".localhost");
}
