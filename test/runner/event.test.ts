import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayWrite } from "../../src/runner/event.ts";

const pull = (head: unknown, base = "o/r") => ({
	pull_request: { head: { repo: head }, base: { repo: { full_name: base } } },
	repository: { full_name: base },
});
const run = (head: unknown) => ({
	workflow_run: { head_repository: head },
	repository: { full_name: "o/r" },
});
const repository = { full_name: "o/r", fork: false };
// Whose pull request is in the queue it doesn't say; somebody who may merge it has put it there.
const queued = { head_ref: "refs/heads/gh-readonly-queue/main/pr-1-0123456", base_ref: "refs/heads/main" };

describe("cache-write: auto", () => {
	const cases: readonly { name: string; payload: unknown; write: boolean; says: RegExp }[] = [
		{ name: "push", payload: {}, write: true, says: /push/ },
		{ name: "push", payload: undefined, write: true, says: /push/ },
		{ name: "schedule", payload: null, write: true, says: /schedule/ },
		{ name: "schedule", payload: { schedule: "17 * * * *", repository }, write: true, says: /schedule/ },
		{ name: "merge_group", payload: {}, write: true, says: /merge_group/ },
		{ name: "merge_group", payload: { merge_group: queued, repository }, write: true, says: /merge_group/ },
		{ name: "issue_comment", payload: {}, write: true, says: /issue_comment/ },
		{ name: "pull_request", payload: pull({ full_name: "o/r" }), write: true, says: /o\/r itself/ },
		{ name: "pull_request", payload: pull({ full_name: "O/R" }), write: true, says: /itself/ },
		{ name: "pull_request", payload: pull({ full_name: "me/r" }), write: false, says: /fork me\/r/ },
		{ name: "pull_request_target", payload: pull({ full_name: "me/r" }), write: false, says: /fork/ },
		{ name: "pull_request_target", payload: pull({ full_name: "o/r" }), write: true, says: /itself/ },
		{ name: "pull_request_target", payload: pull(null), write: false, says: /doesn't say/ },
		{ name: "pull_request_target", payload: undefined, write: false, says: /doesn't say/ },
		{ name: "pull_request_review", payload: pull({ full_name: "me/r" }), write: false, says: /fork/ },
		{ name: "pull_request", payload: pull(null), write: false, says: /doesn't say/ },
		{ name: "pull_request", payload: pull({ full_name: 7 }), write: false, says: /doesn't say/ },
		{ name: "pull_request", payload: pull({ full_name: "" }, ""), write: false, says: /doesn't say/ },
		{
			name: "pull_request",
			payload: pull({ full_name: "a/b\n::error::" }),
			write: false,
			says: /doesn't say/,
		},
		{ name: "pull_request", payload: "garbage", write: false, says: /doesn't say/ },
		{ name: "pull_request", payload: undefined, write: false, says: /doesn't say/ },
		{ name: "workflow_run", payload: run({ full_name: "o/r" }), write: true, says: /itself/ },
		{ name: "workflow_run", payload: run({ full_name: "me/r" }), write: false, says: /fork me\/r/ },
		{ name: "workflow_run", payload: run(null), write: false, says: /doesn't say/ },
		{ name: "workflow_run", payload: undefined, write: false, says: /doesn't say/ },
	];
	for (const { name, payload, write, says } of cases) {
		test(`${name} ${JSON.stringify(payload)} ${write ? "writes" : "only reads"}`, () => {
			const decision = mayWrite("auto", { name, payload });
			assert.equal(decision.write, write);
			assert.match(decision.reason, says);
		});
	}
});

test("always and never don't look at the event", () => {
	const event = { name: "pull_request", payload: pull({ full_name: "me/r" }) };
	assert.deepEqual(mayWrite("always", event), { write: true, reason: "cache-write: always" });
	assert.deepEqual(mayWrite("never", { name: "push", payload: {} }), {
		write: false,
		reason: "cache-write: never",
	});
});
