import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newScene, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

const evil = [
	"::error::forged",
	"::set-output name=imageid::forged",
	"::save-state name=berth::forged",
	"::add-mask::a",
	"##[error]forged",
	"##[set-output name=digest]forged",
	"::stop-commands::forged",
];
const print = `RUN : @; printf '\\n%s\\n' ${evil.map((line) => `'${line}'`).join(" ")}`;

describe("what a build prints", { concurrency: 3 }, () => {
	it("is text in the log, whatever commands it looks like", async (t) => {
		const scene = await newScene(t);
		const { main } = await scene.run({ context: scene.context([print]), tags: scene.nonce });
		succeeded(main);
		for (const line of evil) assert.ok(main.log.includes(line), line);
		assert.deepEqual(main.obeyed, []);
		assert.match(main.outputs["imageid"] ?? "", /^sha256:/);
	});

	it("is so when it is buildx that repeats it, of a step that failed", async (t) => {
		const scene = await newScene(t);
		const { main } = await scene.run({ context: scene.context([`${print}; false`]) });
		assert.equal(main.code, 1);
		assert.equal(main.obeyed.length, 1, JSON.stringify(main.obeyed));
		assert.match(main.errors[0] ?? "", /did not complete successfully/);
		assert.doesNotMatch(main.errors[0] ?? "", /\n/);
	});

	it("does not keep the runner from obeying us afterwards, though it ends within a line", async (t) => {
		const scene = await newScene(t);
		// A docker of the runner's owner, who has it say goodbye.
		const path = mkdtempSync(join(scene.dir, "path-"));
		const script = `#!/bin/sh\n${join(scene.engine.binDir, "docker")} "$@"\ncode=$?\nprintf bye >&2\nexit $code\n`;
		writeFileSync(join(path, "docker"), script, { mode: 0o755 });
		const job = scene.job("runner", { env: { PATH: `${path}:${scene.engine.env["PATH"]}` } });
		const main = await scene.step(job, { context: scene.context(["RUN : @; false"]) }).main();
		assert.equal(main.code, 1);
		assert.equal(main.errors.length, 1, main.log);
	});
});

describe("what a pull request can put into a workflow's inputs", { concurrency: 3 }, () => {
	const title = "Fix\n::error::forged ##[save-state name=berth]forged\r\n::set-output name=digest::forged";

	it("is text in the log where it is a name", async (t) => {
		const scene = await newScene(t);
		const { main, post } = await scene.run({
			name: title,
			context: scene.context(),
			outputs: "type=cacheonly",
		});
		succeeded(main);
		succeeded(post);
		assert.deepEqual([main.obeyed, post.obeyed], [[], []]);
		unforged(main);
		assert.doesNotMatch(main.summary, /^::/m);
	});

	it("is text in the log where it is the name of a berth that is removed", async (t) => {
		const scene = await newScene(t);
		const inputs = {
			name: title,
			context: scene.context(),
			outputs: "type=cacheonly",
			"cache-max-age": "0s",
		};
		const { post } = await scene.run(inputs);
		succeeded(post);
		assert.match(post.log, /^Removed the berth .*forged/m);
		// That its own berth was removed is worth a warning of ours.
		assert.deepEqual(new Set(post.obeyed.map(({ name }) => name)), new Set(["warning"]));
	});

	it("is text in the log where it is a label or an argument", async (t) => {
		const scene = await newScene(t);
		const oneLine = title.replaceAll(/\s+/g, " ");
		const inputs = {
			labels: `title=${oneLine}`,
			"build-args": `"TITLE=${title}"`,
			outputs: "type=cacheonly",
		};
		const { main } = await scene.run({ ...inputs, context: scene.context() });
		succeeded(main);
		assert.deepEqual(main.obeyed, []);
		unforged(main);
	});

	it("is text in the log where it is refused", async (t) => {
		const scene = await newScene(t);
		const main = await scene.step(scene.job(), { context: ".", tags: title, target: title }).main();
		assert.equal(main.code, 1);
		assert.deepEqual(new Set(main.obeyed.map(({ name }) => name)), new Set(["error"]));
	});
});

function unforged({ outputs, obeyed }: StepResult): void {
	assert.notEqual(outputs["digest"], "forged");
	assert.equal(
		obeyed.some(({ data }) => data.includes("forged")),
		false,
	);
}
