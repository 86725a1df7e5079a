import assert from "node:assert/strict";
import { existsSync, mkdtempSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newScene, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

describe("a wrong input", { concurrency: 3 }, () => {
	const cases: { input: string; value?: string | undefined; also?: Record<string, string> }[] = [
		{ input: "name", value: "" },
		{ input: "cache", value: "remote" },
		{ input: "cache-root", value: "~someone/cache" },
		{ input: "cache-mode", value: "maximum" },
		{ input: "cache-compression", value: "lz4" },
		{ input: "cache-write", value: "sometimes" },
		{ input: "cache-from", value: 'type=registry,ref=a,"b' },
		{ input: "cache-to", value: "ref=user/app" },
		{ input: "cache-max-age", value: "two weeks" },
		{ input: "cache-max-size", value: "120%" },
		{ input: "extra-args-env", value: "PATH" },
		{ input: "extra-args-env", value: "1ST" },
		{ input: "context", value: "-" },
		{ input: "tags", value: "Upper:Case" },
		{ input: "build-args", value: "=x" },
		{ input: "build-contexts", value: "nothing" },
		{ input: "labels", value: "=x" },
		{ input: "annotations", value: "x" },
		{ input: "platforms", value: "linux amd64" },
		{ input: "secrets", value: "no equals sign" },
		{ input: "secret-envs", value: "id=BERTH_TEST_UNSET" },
		{ input: "secret-files", value: "id=" },
		{ input: "ssh", value: "=x" },
		{ input: "add-hosts", value: "host:nowhere" },
		{ input: "pull", value: "yes" },
		{ input: "no-cache", value: "1" },
		{ input: "push", value: "maybe" },
		{ input: "load", value: "on" },
		{ input: "provenance", value: "maybe" },
		{ input: "sbom", value: "perhaps" },
		{ input: "shm-size", value: "big" },
		{ input: "ulimit", value: "files=1" },
		{ input: "build-extra-args", value: "--flag value" },
		{ input: "test-configs", value: "test.yaml", also: { context: "" } },
		{ input: "test-timeout", value: "0s" },
		{ input: "cleanup", value: "all" },
		{ input: "cleanup-prefixes", value: "docker.io" },
		{ input: "cleanup-min-age", value: "old" },
		{ input: "keep-images", value: "[a-z]*" },
		{ input: "keep-base-images", value: "always" },
		{ input: "target", value: "x", also: { context: "" } },
		{ input: "push", value: "true", also: { context: "" } },
	];
	for (const { input, value = "", also } of cases) {
		const described = `${input}: ${JSON.stringify(value)}${also === undefined ? "" : " without a context"}`;
		it(`${described} fails the step with one line, before anything is touched`, async (t) => {
			const scene = await newScene(t);
			const step = scene.step(scene.job(), { context: scene.dir, ...also, [input]: value });
			const main = await step.main();
			refused(main, new RegExp(`^${input}: `));
			assert.equal(existsSync(scene.root), false);
			succeeded(await step.post());
		});
	}

	it("is one line among others: all that is wrong is said at once", async (t) => {
		const scene = await newScene(t);
		const main = await scene.step(scene.job(), { name: "", "cache-mode": "x", "cache-max-age": "x" }).main();
		assert.equal(main.code, 1);
		assert.deepEqual(
			main.errors.map((line) => line.split(":")[0]),
			["name", "cache-mode", "cache-max-age"],
		);
	});
});

describe("a build that can't be", { concurrency: 3 }, () => {
	it("for want of its context says so before it opens a berth", async (t) => {
		const scene = await newScene(t);
		refused(
			await scene.step(scene.job(), { context: "nowhere" }).main(),
			/^context: "nowhere" does not exist/,
		);
		assert.equal(existsSync(scene.root), false);
	});

	it("for want of a Dockerfile says where it was looked for", async (t) => {
		const scene = await newScene(t);
		const empty = mkdtempSync(join(scene.dir, "empty-"));
		refused(
			await scene.step(scene.job(), { context: empty }).main(),
			/^file: ".*\/Dockerfile" does not exist/,
		);
		const step = scene.step(scene.job(), { context: scene.context(), file: "Containerfile" });
		refused(await step.main(), /^file: "Containerfile" does not exist/);
	});

	it("for want of docker says what to install", async (t) => {
		const scene = await newScene(t);
		const job = scene.job("runner", { env: { PATH: mkdtempSync(join(scene.dir, "path-")) } });
		const main = await scene.step(job, { context: scene.context() }).main();
		refused(main, /^docker is not on PATH: install the Docker CLI with its buildx plugin/);
		assert.equal(existsSync(scene.root), false);
	});

	it("for want of buildx says which action brings it", async (t) => {
		const scene = await newScene(t);
		const [path, config] = [mkdtempSync(join(scene.dir, "path-")), mkdtempSync(join(scene.dir, "config-"))];
		symlinkSync(join(scene.engine.binDir, "docker"), join(path, "docker"));
		const job = scene.job("runner", { env: { PATH: path, DOCKER_CONFIG: config } });
		const main = await scene.step(job, { context: scene.context() }).main();
		refused(main, /^docker buildx is not installed: add docker\/setup-buildx-action before this step/);
	});

	it("for want of an engine that answers names the address it was looked for at", async (t) => {
		const scene = await newScene(t);
		const job = scene.job("runner", { env: { DOCKER_HOST: `unix://${scene.dir}/dead.sock` } });
		const main = await scene.step(job, { context: scene.context() }).main();
		refused(main, /can't be reached: .*dead\.sock.*; start the engine, or set DOCKER_HOST/);
	});

	it("for want of its builder says how to list those there are", async (t) => {
		const scene = await newScene(t);
		const main = await scene.step(scene.job(), { context: scene.context(), builder: "nobody" }).main();
		refused(main, /^builder: "nobody" can't be used: .*; "docker buildx ls" lists those that can$/);
	});

	it("is only a warning where the job builds by itself, later", async (t) => {
		const scene = await newScene(t);
		const job = scene.job("runner", { env: { DOCKER_HOST: `unix://${scene.dir}/dead.sock` } });
		const step = scene.step(job, { "extra-args-env": "EXTRA" });
		const main = await step.main();
		succeeded(main);
		assert.equal(main.warnings.length, 1, main.log);
		assert.match(main.exported["EXTRA"] ?? "", /^--cache-to type=local,dest=/);
		succeeded(await step.post());
	});
});

function refused(main: StepResult, line: RegExp): void {
	assert.equal(main.code, 1, main.log);
	assert.equal(main.errors.length, 1, main.log);
	assert.match(main.errors[0] ?? "", line);
	assert.doesNotMatch(main.log, /^\s+at .*:\d+:\d+/m);
}
