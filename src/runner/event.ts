import type { CacheWrite } from "../cache/inputs.ts";

/** The event that started the workflow: its name and its untrusted payload. */
export type WorkflowEvent = Readonly<{ name: string; payload: unknown }>;

/** Whether this job may put a new cache generation in force, and why. */
export type WriteDecision = Readonly<{ write: boolean; reason: string }>;

/** Decides on writing: `auto` denies it to code from another repository, and where its origin can't be read. */
export function mayWrite(write: CacheWrite, event: WorkflowEvent): WriteDecision {
	if (write !== "auto") return { write: write === "always", reason: `cache-write: ${write}` };
	const origin = originOf(event);
	if (origin === undefined) return { write: true, reason: `a ${event.name} event, not one from a fork` };
	if (origin.head === undefined || origin.base === undefined) {
		return {
			write: false,
			reason: `a ${event.name} event that doesn't say which repository its code is from`,
		};
	}
	return origin.head.toLowerCase() === origin.base.toLowerCase()
		? { write: true, reason: `a ${event.name} event from ${origin.base} itself` }
		: { write: false, reason: `a ${event.name} event from the fork ${origin.head}` };
}

/** A full name as GitHub allows it; anything else in a payload is not worth repeating in a log. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;

type Origin = Readonly<{ head: string | undefined; base: string | undefined }>;

/** The repository of the code and the one it meets; undefined for events that carry no foreign code. */
function originOf({ name, payload }: WorkflowEvent): Origin | undefined {
	if (/^pull_request(?:_|$)/.test(name)) {
		return {
			head: repositoryAt(payload, "pull_request", "head", "repo", "full_name"),
			base: repositoryAt(payload, "pull_request", "base", "repo", "full_name"),
		};
	}
	if (name === "workflow_run") {
		return {
			head: repositoryAt(payload, "workflow_run", "head_repository", "full_name"),
			base: repositoryAt(payload, "repository", "full_name"),
		};
	}
	return undefined;
}

function repositoryAt(payload: unknown, ...path: readonly string[]): string | undefined {
	let value = payload;
	for (const key of path) {
		if (typeof value !== "object" || value === null) return undefined;
		value = (value as Readonly<Record<string, unknown>>)[key];
	}
	return typeof value === "string" && REPOSITORY.test(value) ? value : undefined;
}
