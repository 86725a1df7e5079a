import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runWatched } from "../../src/runner/run-watched.ts";

const never = new AbortController().signal;
const node = (script: string) => ["-e", script];

describe("a watched program", () => {
	it("comes to its own end, line by line", async () => {
		const lines: string[] = [];
		const script =
			"process.stdout.write('o'); console.log('ne\\ntwo'); console.error('last'); process.exit(3)";
		const onLine = (line: string) => lines.push(line) > 0;
		const ran = await runWatched(process.execPath, node(script), { onLine, until: never });
		assert.deepEqual(ran, { kind: "exited", code: 3, stderr: "last\n" });
		assert.deepEqual(lines.filter(Boolean), ["one", "two"]);
	});

	const endless = node("console.log('begun'); setInterval(() => undefined, 1000)");

	it("ends when its watcher has seen enough", async () => {
		const onLine = (line: string) => line !== "begun";
		assert.deepEqual(await runWatched(process.execPath, endless, { onLine, until: never }), {
			kind: "ended",
		});
	});

	it("ends when its time is up", async () => {
		const time = new AbortController();
		const onLine = () => {
			time.abort();
			return true;
		};
		const ran = await runWatched(process.execPath, endless, { onLine, until: time.signal });
		assert.deepEqual(ran, { kind: "ended" });
		const again = await runWatched(process.execPath, endless, { onLine, until: time.signal });
		assert.deepEqual(again, { kind: "ended" });
	});

	it("is not run if it isn't there", async () => {
		const ran = await runWatched("berth-no-such-program", [], { onLine: () => true, until: never });
		assert.deepEqual(ran, { kind: "not-run", reason: "berth-no-such-program is not on PATH" });
	});
});
