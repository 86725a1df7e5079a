import type { CommandLine } from "../cli/options.ts";
import type { Console } from "../cli/terminal.ts";
import type { Engine } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { describeLoad, SendProgress } from "../report/load-lines.ts";
import type { AtTerminal } from "../runner/outside-step.ts";
import { runClean } from "./clean-command.ts";
import { demo } from "./demo.ts";
import { runDu } from "./du-command.ts";
import { loadImages } from "./load-images.ts";
import { runTest } from "./test-command.ts";

/** What the commands work with; `action` is the directory with `dist` and `sample` in it. */
export type CommandTools = AtTerminal & {
	readonly engine: Engine;
	readonly upkeep: Upkeep;
	readonly env: NodeJS.ProcessEnv;
	readonly action: string;
	readonly console: Console;
	/** Finds container-structure-test: the one given, else one that is there, else one that it fetches. */
	readonly findBinary: (
		given: string | undefined,
	) => Promise<
		{ readonly kind: "found"; readonly path: string } | { readonly kind: "none"; readonly problem: string }
	>;
};

/** How a command ended, and what `--json` prints of it; `misused` if a flag's value won't do. */
export type CommandOutcome = { readonly ok: boolean; readonly misused?: true; readonly report: unknown };

/** Runs a command of the command line. */
export function runCommand(
	line: Extract<CommandLine, { kind: "run" }>,
	tools: CommandTools,
): Promise<CommandOutcome> {
	switch (line.command) {
		case "load":
			return runLoad(line.images, tools);
		case "test":
			return runTest(line.test, tools);
		case "clean":
			return runClean(line.flags, tools);
		case "du":
			return runDu(line.flags, tools);
		case "demo":
			return runDemo(line.options.cacheRoot, tools);
	}
}

async function runLoad(items: readonly string[], { engine, console }: CommandTools): Promise<CommandOutcome> {
	const answer = await engine.info();
	const loads =
		answer.kind === "unreachable"
			? { reports: [], problems: [answer.problem] }
			: await loadImages(items, {
					engine,
					info: answer.info,
					watch: new SendProgress(console.progress, console.stepBytes),
					done: (report) => console.result(describeLoad(report)),
				});
	for (const problem of loads.problems) console.say(`berth: ${problem}`);
	return { ok: loads.problems.length === 0, report: { images: loads.reports, errors: loads.problems } };
}

async function runDemo(cacheRoot: string | undefined, tools: CommandTools): Promise<CommandOutcome> {
	const { action, env, engine, console } = tools;
	const shown = await demo({ action, env, engine, cacheRoot, say: console.say });
	if (shown.kind === "failed") {
		console.say(`berth: ${shown.problem}`);
		return { ok: false, report: { runs: [], errors: [shown.problem] } };
	}
	console.result(`\n${shown.table}`);
	return { ok: true, report: { runs: shown.runs } };
}
