import type { CleanInputs } from "../cleanup/inputs.ts";
import type { CleanFlags } from "../cli/options.ts";
import { cleanLines, planLines } from "../report/clean-lines.ts";
import { cleanUp } from "./clean-up.ts";
import type { CommandOutcome, CommandTools } from "./commands.ts";

/** `berth clean`: a line for each thing as it goes, then what it came to. */
export function runClean(flags: CleanFlags, tools: CommandTools): Promise<CommandOutcome> {
	return withCleanInputs(flags, tools, async (inputs) => {
		const { console, engine, upkeep, outside } = tools;
		const report = await cleanUp(inputs, { engine, upkeep, ...outside(), say: console.say });
		for (const line of planLines(report)) console.say(line);
		for (const line of cleanLines(report)) console.result(line);
		for (const error of report.errors) console.say(`berth: ${error}`);
		return { ok: report.errors.length === 0, report };
	});
}

/** Reads the flags of `clean` and `du`; those that won't do are bad usage. */
export async function withCleanInputs(
	flags: CleanFlags,
	{ console, cleanInputs }: CommandTools,
	act: (inputs: CleanInputs) => Promise<CommandOutcome>,
): Promise<CommandOutcome> {
	const parsed = cleanInputs((name) => flags[name] ?? "");
	if (parsed.ok) return act(parsed.inputs);
	for (const problem of parsed.problems) console.say(`berth: ${problem}`);
	return { ok: false, misused: true, report: { errors: parsed.problems } };
}
