import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import type { CleanupReport } from "../../src/report/cleanup-report.ts";
import { dockerOrThrow, testStores } from "../engines/index.ts";
import { type CleanStep, type Corner, cleanAction, newCorner } from "./corner.ts";

for (const store of testStores()) {
	describe(`the cleanup action, ${store}`, { concurrency: 2 }, () => {
		it("removes the names under its prefixes, and hands over what it did", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1", "b:1", "kept:1");
			const step = await cleanAction(corner, { "keep-images": `${corner.prefix}/k*` });
			assert.equal(step.code, 0, step.log);
			assert.deepEqual(await corner.names(), ["kept:1"]);
			const report = reportOf(step);
			assert.deepEqual([report.dryRun, report.errors], [false, []]);
			assert.deepEqual(removedIn(report, corner), ["a:1", "b:1"]);
			assert.deepEqual(
				report.kept.filter(({ name }) => name.startsWith(corner.prefix)),
				[{ kind: "tag", name: `${corner.prefix}/kept:1`, reason: "matches keep-images" }],
			);
			assert.equal(step.outputs["freed-bytes"], String(report.freedBytes));
			assert.match(step.summary, /^### 🧹 Berth cleanup: .* freed\n/);
			assert.match(step.log, /^Removed the tag .*\/a:1/m);
			assert.match(step.log, /^Freed /m);
		});

		it("plans in a dry run what it then does", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1", "b:1", "used:1");
			const container = await dockerOrThrow(corner.engine, ["create", `${corner.prefix}/used:1`, "true"]);
			t.after(() => dockerOrThrow(corner.engine, ["rm", "--volumes", container]));
			const planned = await cleanAction(corner, { "dry-run": "true" });
			assert.equal(planned.code, 0, planned.log);
			assert.deepEqual(await corner.names(), ["a:1", "b:1", "used:1"]);
			assert.match(planned.summary, /Berth cleanup: dry run/);
			const done = await cleanAction(corner);
			assert.deepEqual(await corner.names(), ["used:1"]);
			assert.deepEqual(removedIn(reportOf(planned), corner), removedIn(reportOf(done), corner));
			assert.deepEqual(keptIn(reportOf(planned), corner), keptIn(reportOf(done), corner));
		});

		it("leaves a name that it has not seen for min-age", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("fresh:1");
			const step = await cleanAction(corner, { "min-age": "1h" });
			assert.equal(step.code, 0, step.log);
			assert.deepEqual(await corner.names(), ["fresh:1"]);
			assert.match(keptIn(reportOf(step), corner).join(), /min-age is 1h/);
		});
	});
}

describe("the cleanup action", { concurrency: 2 }, () => {
	it("fails with a line that names a wrong input, before anything is touched", async (t) => {
		const corner = await newCorner(t, "containerd");
		await corner.bring("a:1");
		const step = await cleanAction(corner, { "low-watermark": "80%", prefixes: "docker.io" });
		assert.equal(step.code, 1);
		assert.deepEqual(
			step.errors.map((line) => line.split(":")[0]),
			["prefixes", "low-watermark"],
		);
		assert.deepEqual(step.outputs, {});
		assert.equal(existsSync(corner.root), false);
		assert.deepEqual(await corner.names(), ["a:1"]);
	});

	it("fails where the engine can't be reached, and says so in its report, too", async (t) => {
		const corner = await newCorner(t, "containerd");
		const nowhere = { ...corner, env: { ...corner.env, DOCKER_HOST: `unix://${corner.dir}/dead.sock` } };
		const step = await cleanAction(nowhere);
		assert.equal(step.code, 1, step.log);
		assert.match(step.errors.join("\n"), /dead\.sock/);
		assert.deepEqual(step.errors, reportOf(step).errors);
	});
});

function reportOf({ outputs, log }: CleanStep): CleanupReport {
	assert.ok(outputs["report"], log);
	return JSON.parse(outputs["report"]) as CleanupReport;
}

function removedIn({ removed }: CleanupReport, { prefix }: Corner): string[] {
	const own = removed.filter(({ kind, name }) => kind === "tag" && name.startsWith(`${prefix}/`));
	return own.map(({ name }) => name.slice(prefix.length + 1)).sort();
}

function keptIn({ kept }: CleanupReport, { prefix }: Corner): string[] {
	const own = kept.filter(({ name }) => name.startsWith(`${prefix}/`));
	return own.map(({ name, reason }) => `${name}: ${reason}`).sort();
}
