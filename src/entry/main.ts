import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { buildAndTest } from "../jobs/build-and-test.ts";
import { cacheCallBeside } from "../runner/cache-call-path.ts";
import { githubCache } from "../runner/cache-service.ts";
import { failStep, rawInput, readContext } from "../runner/context.ts";
import { parseInputs } from "../runner/inputs.ts";
import { actionsLog } from "../runner/log.ts";
import { runInStep } from "../runner/run.ts";
import { runWatched } from "../runner/run-watched.ts";
import { actionsStep } from "../runner/step.ts";
import { openToolCache } from "../runner/tool-cache.ts";

try {
	const { env } = process;
	const parsed = parseInputs(rawInput, env);
	if (parsed.ok) {
		for (const warning of parsed.warnings) actionsLog.warning(warning);
		const tools = {
			...readContext(env),
			env,
			log: actionsLog,
			step: actionsStep,
			run: runInStep,
			runWatched,
		};
		const engines = { engine: dockerEngine(env), upkeep: dockerUpkeep(env) };
		const caches = {
			toolCache: openToolCache(env),
			cacheService: githubCache(env, cacheCallBeside(import.meta.dirname)),
		};
		const adapters = { ...engines, ...caches, now: () => new Date() };
		const outcome = await buildAndTest(parsed.inputs, { ...tools, ...adapters });
		for (const problem of outcome.kind === "failed" ? outcome.problems : []) failStep(problem);
	} else {
		for (const problem of parsed.problems) failStep(problem);
	}
} catch (error) {
	failStep(`Berth stopped: ${error instanceof Error ? error.message : String(error)}`);
	actionsLog.debug(error instanceof Error ? (error.stack ?? "") : "");
}
