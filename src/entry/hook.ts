import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { cleanHook } from "../jobs/clean-hook.ts";
import { parseHookSettings } from "../runner/hook-settings.ts";
import { outsideStep } from "../runner/outside-step.ts";
import { sayPlainly as say, superviseMyself } from "../runner/supervise.ts";

const { argv, env } = process;
try {
	const settings = parseHookSettings(env);
	if (!settings.ok) {
		for (const problem of settings.problems) say(`Berth's hook does nothing: ${problem}`);
	} else if (argv[2] === "clean") {
		const adapters = { engine: dockerEngine(env), upkeep: dockerUpkeep(env), ...outsideStep(env, "hook") };
		await cleanHook(settings.inputs, { ...adapters, say });
	} else {
		await superviseMyself(["clean"], settings.timeoutMs);
	}
} catch (error) {
	say(`Berth's hook stopped: ${error instanceof Error ? error.message : String(error)}`);
}
// The job is over and its result stands: nothing that goes wrong here may turn it red, nor what hangs hold it up.
process.exit(0);
