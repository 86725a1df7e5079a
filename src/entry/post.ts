import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { finish } from "../jobs/finish.ts";
import { parseState, stateName } from "../jobs/state.ts";
import { cacheCallBeside } from "../runner/cache-call-path.ts";
import { cacheEntries } from "../runner/cache-entries.ts";
import { githubCache } from "../runner/cache-service.ts";
import { rawInput, rawState } from "../runner/context.ts";
import { actionsLog as log } from "../runner/log.ts";
import { actionsStep as step } from "../runner/step.ts";

try {
	const { env } = process;
	const adapters = { engine: dockerEngine(env), upkeep: dockerUpkeep(env), now: () => new Date() };
	const caches = {
		cacheService: githubCache(env, cacheCallBeside(import.meta.dirname)),
		cacheEntries: cacheEntries(env, rawInput("github-token")),
	};
	await finish(parseState(rawState(stateName)), { log, step, ...adapters, ...caches });
} catch (error) {
	// The job is over and its result stands: not even a bug of ours may turn it red.
	log.warning(`The post step stopped: ${error instanceof Error ? error.message : String(error)}`);
}
