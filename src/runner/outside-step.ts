import { hostname } from "node:os";
import { type ParsedCleanInputs, parseCleanInputs } from "./clean-inputs.ts";
import { type Identity, identifyHook, identifyOutsider } from "./identity.ts";
import type { Run } from "./run.ts";
import { quietRunner } from "./run-quietly.ts";
import { toldToEnd } from "./told.ts";

/** What a cleanup that is no step of a job works with; from here on the process ends only when told twice. */
export type OutsideStep = {
	readonly run: Run;
	readonly me: Identity;
	readonly told: AbortSignal;
	readonly now: () => Date;
};

/** At a terminal or a timer, or in a job's hook. */
export function outsideStep(env: NodeJS.ProcessEnv, where: "anywhere" | "hook"): OutsideStep {
	const told = toldToEnd();
	const me =
		where === "hook"
			? identifyHook(env, hostname(), process.ppid)
			: identifyOutsider(hostname(), process.pid);
	return { run: quietRunner(env, told), me, told, now: () => new Date() };
}

/** How a cleanup is asked for at a terminal, and what it works with once it is. */
export type AtTerminal = {
	/** Reads a cleanup's inputs from flags, given by name. */
	readonly cleanInputs: (flag: (name: string) => string) => ParsedCleanInputs;
	readonly outside: () => OutsideStep;
};

/** The command line's ways: names need not have been seen for long, as somebody watches. */
export function atTerminal(env: NodeJS.ProcessEnv): AtTerminal {
	return {
		cleanInputs: (flag) => parseCleanInputs(flag, env, { minAgeMs: 0, shownAs: (name) => `--${name}` }),
		outside: () => outsideStep(env, "anywhere"),
	};
}
