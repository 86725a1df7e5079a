import type { CleanFlags } from "../cli/options.ts";
import { diskUseLines } from "../report/clean-disk-use.ts";
import { withCleanInputs } from "./clean-command.ts";
import type { CommandOutcome, CommandTools } from "./commands.ts";
import { diskUse } from "./disk-use.ts";

/** `berth du`: what there is to remove, and what it takes. */
export function runDu(flags: CleanFlags, tools: CommandTools): Promise<CommandOutcome> {
	return withCleanInputs(flags, tools, async (inputs) => {
		const { console, engine, upkeep, outside } = tools;
		const use = await diskUse(inputs, { engine, upkeep, ...outside(), say: console.say });
		for (const line of diskUseLines(use)) console.result(line);
		for (const error of use.errors) console.say(`berth: ${error}`);
		return { ok: use.errors.length === 0, report: use };
	});
}
