import { createHash } from "node:crypto";

/** Which runner this is and which of its jobs, as two opaque strings; the same in every step of one job. */
export type Identity = { readonly runner: string; readonly job: string };

/**
 * Tells runners and jobs apart from what the runner says of itself. Two runners on one machine have other work
 * directories; two machines that share a cache root have other host names. A job is its run, attempt and id, and,
 * for two legs of one matrix, the worker process that every step of a job is started by.
 */
export function identify(env: NodeJS.ProcessEnv, host: string, parentPid: number): Identity {
	const { RUNNER_NAME, RUNNER_TEMP, GITHUB_SERVER_URL } = env;
	const { GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB, GITHUB_REPOSITORY, ACTIONS_ORCHESTRATION_ID } = env;
	return {
		runner: digestOf([host, RUNNER_NAME, RUNNER_TEMP, GITHUB_SERVER_URL]),
		job: digestOf([
			GITHUB_REPOSITORY,
			GITHUB_RUN_ID,
			GITHUB_RUN_ATTEMPT,
			GITHUB_JOB,
			ACTIONS_ORCHESTRATION_ID,
			parentPid,
		]),
	};
}

/** Somebody who is no runner, at a terminal or a timer: like nobody else, so that no job is dead because of them. */
export function identifyOutsider(host: string, pid: number): Identity {
	return { runner: digestOf([host, "no runner", pid]), job: digestOf([host, pid]) };
}

/** A runner's hook, which runs when its job is over: whatever that left is a dead job's. */
export function identifyHook(env: NodeJS.ProcessEnv, host: string, pid: number): Identity {
	return env["RUNNER_NAME"] ? { ...identify(env, host, pid), job: "hook" } : identifyOutsider(host, pid);
}

function digestOf(parts: readonly unknown[]): string {
	return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** The URL of the workflow run, which provenance names as the builder; undefined outside GitHub. */
export function builderIdOf(env: NodeJS.ProcessEnv): string | undefined {
	const {
		GITHUB_SERVER_URL: server,
		GITHUB_REPOSITORY: repository,
		GITHUB_RUN_ID: run,
		GITHUB_RUN_ATTEMPT: attempt,
	} = env;
	if (!server || !repository || !run) return undefined;
	return `${server}/${repository}/actions/runs/${run}${attempt ? `/attempts/${attempt}` : ""}`;
}
