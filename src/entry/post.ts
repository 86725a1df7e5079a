import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { finish } from "../jobs/finish.ts";
import { parseState, stateName } from "../jobs/state.ts";
import { rawState } from "../runner/context.ts";
import { actionsLog as log } from "../runner/log.ts";
import { actionsStep as step } from "../runner/step.ts";

try {
	const { env } = process;
	const adapters = { engine: dockerEngine(env), upkeep: dockerUpkeep(env) };
	await finish(parseState(rawState(stateName)), { log, step, ...adapters, now: () => new Date() });
} catch (error) {
	// The job is over and its result stands: not even a bug of ours may turn it red.
	log.warning(`The post step stopped: ${error instanceof Error ? error.message : String(error)}`);
}
