import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { preflight } from "../../src/jobs/preflight.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import type { Inputs } from "../../src/runner/inputs.ts";
import { plainBuild } from "../build/plain-build.ts";

const tools = {
	run: () => Promise.resolve({ kind: "exited", code: 0, stdout: "Name: b\nDriver: remote\n", stderr: "" }),
	engine: { info: () => Promise.resolve({ kind: "unreachable", problem: "no engine" }) },
} as unknown as Tools;

const looked = (context: string) =>
	preflight(
		{ cache: { mode: "off" }, images: [], build: { ...plainBuild, context } } as unknown as Inputs,
		tools,
	);

describe("before a build", () => {
	for (const context of [
		"https://git.example/owner/repository.git#main:dir",
		"git@git.example:owner/repository.git",
		"ssh://git@git.example/owner/repository.git",
		"github.com/owner/repository",
	]) {
		it(`no directory is looked for where the context is remote: ${context}`, async () => {
			assert.equal((await looked(context)).kind, "clear");
		});
	}

	it("a directory that isn't there is named", async () => {
		const checked = await looked("/nonexistent/context");
		assert.ok(checked.kind === "blocked");
		assert.match(checked.problem, /^context: "\/nonexistent\/context" does not exist/);
	});
});
