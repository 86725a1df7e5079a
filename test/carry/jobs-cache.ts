import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type CacheLimits, type CacheService, githubCache } from "../../src/runner/cache-service.ts";
import { cleanEnvironment } from "../action/corner.ts";
import type { Owner } from "./cache-service-v2.ts";

/** The program that the action makes its calls with. */
export const cacheCall = fileURLToPath(new URL("../../src/entry/cache-call.ts", import.meta.url));

/** The cache service as a job has it, on a machine of its own. */
export type JobCache = CacheService & {
	readonly temp: string;
	readonly env: NodeJS.ProcessEnv;
	/** Puts files into the staging folder. */
	readonly stage: (files: Readonly<Record<string, string | Buffer>>) => void;
	/** What is in it. */
	readonly staged: () => Readonly<Record<string, string>>;
};

/** A job's view of the service that `env` names. */
export function jobCache(t: Owner, env: Readonly<Record<string, string>>, limits?: CacheLimits): JobCache {
	const machine = mkdtempSync("/var/tmp/berth-machine-");
	t.after(() => rmSync(machine, { recursive: true, force: true }));
	const temp = env["RUNNER_TEMP"] ?? join(machine, "_temp");
	mkdirSync(temp, { recursive: true });
	const all = { ...cleanEnvironment(), RUNNER_TEMP: temp, ...env };
	const service = githubCache(all, cacheCall, limits);
	return {
		...service,
		...{ temp, env: all },
		stage: (files) => {
			for (const [name, content] of Object.entries(files)) {
				mkdirSync(dirname(join(service.staging, name)), { recursive: true });
				writeFileSync(join(service.staging, name), content);
			}
		},
		staged: () => Object.fromEntries(filesIn(service.staging)),
	};
}

function filesIn(dir: string): (readonly [string, string])[] {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.map((path) => [relative(dir, path), readFileSync(path, "utf8")] as const);
}
