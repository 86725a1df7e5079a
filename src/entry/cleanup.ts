import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { cleanStep } from "../jobs/clean-step.ts";
import { parseCleanInputs } from "../runner/clean-inputs.ts";
import { failStep, rawInput, readContext } from "../runner/context.ts";
import { actionsLog as log } from "../runner/log.ts";
import { runInStep } from "../runner/run.ts";
import { actionsStep as step } from "../runner/step.ts";
import { toldToEnd } from "../runner/told.ts";

try {
	const { env } = process;
	const parsed = parseCleanInputs(rawInput, env, { minAgeMs: 60 * 60_000 });
	if (parsed.ok) {
		const adapters = { engine: dockerEngine(env), upkeep: dockerUpkeep(env), run: runInStep };
		const { me } = readContext(env);
		const tools = { ...adapters, log, step, me, told: toldToEnd(), now: () => new Date() };
		for (const problem of await cleanStep(parsed.inputs, tools)) failStep(problem);
	} else {
		for (const problem of parsed.problems) failStep(problem);
	}
} catch (error) {
	failStep(`Berth stopped: ${error instanceof Error ? error.message : String(error)}`);
	log.debug(error instanceof Error ? (error.stack ?? "") : "");
}
