import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ProgressFilter } from "../../src/build/progress-filter.ts";
import { digestOf, type Message, message, vertex } from "./messages.ts";

function stepsOf(messages: readonly Message[]) {
	const filter = new ProgressFilter();
	for (const each of messages) filter.write(Buffer.from(message(each)));
	return filter.steps();
}

const layer = (of: string) => ({
	statuses: [
		{
			id: `sha256:${"1".repeat(64)}`,
			vertex: digestOf(of),
			current: 1,
			timestamp: new Date(1).toISOString(),
		},
	],
});

describe("the steps of a build", () => {
	it("are the Dockerfile's own, in the order they began, from the first one's start", () => {
		const steps = stepsOf([
			vertex("x", "[internal] load build context", { started: 0, completed: 900 }),
			vertex("b", "[build 2/2] RUN b", { started: 2000, completed: 3500 }),
			vertex("a", "[build 1/2] COPY a .", { started: 1000, completed: 1250 }),
			vertex("p", "[linux/amd64 build  2/12] RUN p", { started: 4000, completed: 4000, cached: true }),
			vertex("e", "exporting to image", { started: 5000, completed: 6000 }),
			vertex("n", "[build 9/9] RUN never", {}),
		]);
		assert.deepEqual(steps, [
			{ name: "[build 1/2] COPY a .", state: "ran", startedAt: 0, seconds: 0.25 },
			{ name: "[build 2/2] RUN b", state: "ran", startedAt: 1, seconds: 1.5 },
			{ name: "[linux/amd64 build  2/12] RUN p", state: "cached", startedAt: 3, seconds: 0 },
		]);
	});

	const states: Readonly<Record<string, { messages: readonly Message[]; state: string }>> = {
		"a step whose layer is fetched after it was found cached": {
			messages: [
				vertex("a", "[1/1] RUN a", { started: 0, cached: true }),
				vertex("a", "[1/1] RUN a", { started: 1 }),
				layer("a"),
				vertex("a", "[1/1] RUN a", { started: 1, completed: 2 }),
			],
			state: "cached",
		},
		"a step that failed": {
			messages: [vertex("a", "[1/1] RUN a", { started: 0, completed: 1, error: "exit code: 1" })],
			state: "failed",
		},
		"a step that another's failure ended": {
			messages: [
				vertex("a", "[1/1] RUN a", { started: 0, completed: 1, error: "process: context canceled" }),
			],
			state: "cancelled",
		},
		"a step that nothing more was heard of": {
			messages: [vertex("a", "[1/1] RUN a", { started: 0 })],
			state: "cancelled",
		},
		"a FROM whose digest is looked up": {
			messages: [vertex("a", "[1/1] FROM a@b", { started: 0, completed: 1 })],
			state: "cached",
		},
		"a FROM whose layers are fetched": {
			messages: [
				vertex("a", "[1/1] FROM a@b", { started: 0 }),
				layer("a"),
				vertex("a", "[1/1] FROM a@b", { started: 0, completed: 9 }),
			],
			state: "ran",
		},
		"two vertexes of one step, one of them run": {
			messages: [
				vertex("a", "[1/1] ADD u", { started: 0, completed: 1, cached: true }),
				vertex("b", "[1/1] ADD u", { started: 0, completed: 1 }),
			],
			state: "ran",
		},
	};
	for (const [what, { messages, state }] of Object.entries(states))
		it(`calls ${what} ${state}`, () =>
			assert.deepEqual(
				stepsOf(messages).map((each) => each.state),
				[state],
			));

	it("counts time once where a step is begun again", () => {
		const [step] = stepsOf([
			vertex("a", "[1/1] RUN a", { started: 0, completed: 1000 }),
			vertex("a", "[1/1] RUN a", { started: 500, completed: 2000 }),
			vertex("a", "[1/1] RUN a", { started: 5000, completed: 6000 }),
		]);
		assert.equal(step?.seconds, 3);
	});
});
