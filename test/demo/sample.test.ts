import assert from "node:assert/strict";
import { it } from "node:test";
import { countSteps } from "../../src/demo/sample.ts";
import { renderTable } from "../../src/demo/table.ts";

it("counts the steps of a build and those that were cached", () => {
	const log = [
		"#1 [internal] load build definition from Dockerfile",
		"#5 [1/4] FROM docker.io/library/base:1@sha256:00",
		"#5 CACHED",
		"#7 [2/4] RUN a",
		"#7 CACHED",
		"#8 [stage-1 3/4] COPY app /app",
		"#9 [4/4] RUN b",
		"#9 CACHED",
		"#9 [4/4] RUN b",
	].join("\n");
	assert.deepEqual(countSteps(log), { total: 3, cached: 2 });
});

it("lays a table out in columns", () => {
	const table = renderTable([
		["", "run 1", "run 2"],
		["build", "5.5 s", "12.5 s"],
	]);
	assert.equal(
		table,
		["        run 1    run 2", "-----   -----   ------", "build   5.5 s   12.5 s"].join("\n"),
	);
});
