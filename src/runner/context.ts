import { readFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import * as core from "@actions/core";
import type { CacheWrite } from "../cache/inputs.ts";
import { mayWrite, type WriteDecision } from "./event.ts";
import { builderIdOf, type Identity, identify } from "./identity.ts";

/** What the runner says of the job that this step belongs to. */
export type Context = {
	readonly me: Identity;
	readonly tempDir: string;
	readonly builderId: string | undefined;
	readonly mayWrite: (write: CacheWrite) => WriteDecision;
};

/** Reads the job's context from the environment and the event's payload. */
export function readContext(env: NodeJS.ProcessEnv): Context {
	const event = { name: env["GITHUB_EVENT_NAME"] ?? "", payload: readPayload(env["GITHUB_EVENT_PATH"]) };
	return {
		me: identify(env, hostname(), process.ppid),
		tempDir: env["RUNNER_TEMP"] || tmpdir(),
		builderId: builderIdOf(env),
		mayWrite: (write) => mayWrite(write, event),
	};
}

/** A raw input; `secrets` keeps its white space, as a secret may end in some. */
export function rawInput(name: string): string {
	return core.getInput(name, { trimWhitespace: name !== "secrets" });
}

/** What main left under a name; empty if nothing. */
export function rawState(name: string): string {
	return core.getState(name);
}

/** Fails the step with one line. */
export function failStep(problem: string): void {
	core.setFailed(problem);
}

// Without a payload the decision on writing knows nothing of the code's origin, and says no where that matters.
function readPayload(path: string | undefined): unknown {
	try {
		return path ? JSON.parse(readFileSync(path, "utf8")) : undefined;
	} catch {
		return undefined;
	}
}
