import type { CacheWrite } from "../cache/inputs.ts";
import type { Engine } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import type { CacheService } from "../runner/cache-service.ts";
import type { WriteDecision } from "../runner/event.ts";
import type { Identity } from "../runner/identity.ts";
import type { Log } from "../runner/log.ts";
import type { Run } from "../runner/run.ts";
import type { RunWatched } from "../runner/run-watched.ts";
import type { Step } from "../runner/step.ts";
import type { ToolCache } from "../runner/tool-cache.ts";

/** What the jobs work with; the entries wire the real ones. */
export type Tools = {
	readonly log: Log;
	readonly run: Run;
	readonly runWatched: RunWatched;
	readonly step: Step;
	readonly engine: Engine;
	readonly upkeep: Upkeep;
	readonly toolCache: ToolCache;
	readonly cacheService: CacheService;
	readonly me: Identity;
	/** Whether the event that started the workflow may swap a new cache in. */
	readonly mayWrite: (write: CacheWrite) => WriteDecision;
	/** The URL of the workflow run, which provenance names as the builder. */
	readonly builderId: string | undefined;
	/** The environment, for the values of `secret-envs` to mask. */
	readonly env: NodeJS.ProcessEnv;
	/** A directory of this job alone, emptied by the runner. */
	readonly tempDir: string;
	readonly now: () => Date;
};
