import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { obeyedCommands } from "./commands.ts";
import { newScene, stepsIn, succeeded } from "./scene.ts";

describe("the log of a step", { concurrency: 3 }, () => {
	it("folds the build away, and only Berth can open and close a group", async (t) => {
		const scene = await newScene(t);
		const evil = "RUN : @; printf '%s\\n' ::endgroup:: ::group::forged '##[endgroup]'";
		const { main } = await scene.run({ context: scene.context([evil]), outputs: "type=cacheonly" });
		succeeded(main);
		const groups = obeyedCommands(main.log).filter(({ name }) => /group$/.test(name));
		assert.deepEqual(
			groups.map(({ name, data }) => [name, data]),
			[
				["group", "docker buildx build"],
				["endgroup", ""],
			],
		);
		const [, folded = "", after = ""] = main.log.split(/::group::docker buildx build\n|\n::endgroup::\n/);
		assert.match(folded, /^::stop-commands::\S+\n\[command\]\S+docker buildx build --progress=rawjson /);
		assert.match(folded, /\n#0 building with "default" instance using docker driver\n\n?#1 /);
		assert.match(after, /^(?:First step not in the cache|Cache): /);
	});

	it("closes the group where the build fails, and says why outside", async (t) => {
		const scene = await newScene(t);
		const { main } = await scene.run({ context: scene.context(["RUN echo last words @; false"]) });
		assert.equal(main.code, 1);
		const end = main.log.indexOf("::endgroup::");
		assert.ok(end > main.log.indexOf("------\nDockerfile:"), main.log);
		assert.match(main.log, /------\n > \[2\/2\] RUN [^\n]+:\n[\d.]+ last words \S+\n------\n/);
		assert.ok(main.log.indexOf("::error::") > end, main.log);
	});

	it("says more in a debug run: what was asked of docker, and each step, and no secret", async (t) => {
		const scene = await newScene(t);
		const job = scene.job("runner", { env: { RUNNER_DEBUG: "1" } });
		const context = scene.context([
			"RUN --mount=type=secret,id=token cat /run/secrets/token > /dev/null; : @",
		]);
		const secret = `very-secret-${scene.nonce}`;
		const inputs = { context, outputs: "type=cacheonly", secrets: `token=${secret}` };
		const main = await scene.step(job, inputs).main();
		succeeded(main);
		const debugs = main.obeyed.filter(({ name }) => name === "debug").map(({ data }) => data);
		assert.ok(
			debugs.some((line) => /docker buildx inspect → 0$/.test(line)),
			main.log,
		);
		assert.ok(
			debugs.some((line) => /^ {2}Driver: +docker$/.test(line)),
			main.log,
		);
		assert.ok(
			debugs.some((line) => /^\[base 2\/2\] RUN .*: ran, from .* sha256:[0-9a-f]{64}$/.test(line)),
			main.log,
		);
		assert.equal(main.log.replace(`::add-mask::${secret}`, "").includes(secret), false);
	});

	it("is buildx's own where the workflow chose its form", async (t) => {
		const scene = await newScene(t);
		const context = scene.context(["RUN echo one @"]);
		const inputs = { context, outputs: "type=cacheonly", "build-extra-args": "--progress=plain" };
		const { main } = await scene.run(inputs);
		succeeded(main);
		assert.doesNotMatch(main.log, /rawjson/);
		assert.equal(stepsIn(main.log).ran.length, 2);
		assert.deepEqual(JSON.parse(main.outputs["summary"] ?? "").build.steps, []);
		const quiet = await scene.run({ ...inputs, "build-extra-args": "--quiet" });
		succeeded(quiet.main);
	});

	it("is plain where buildx refuses the form that Berth would have", async (t) => {
		const scene = await newScene(t);
		const docker = join(scene.engine.binDir, "docker");
		const path = mkdtempSync(join(scene.dir, "path-"));
		const refusal = 'case "$*" in *rawjson*) echo "ERROR: invalid progress mode rawjson" >&2; exit 1;; esac';
		writeFileSync(join(path, "docker"), `#!/bin/sh\n${refusal}\nexec ${docker} "$@"\n`, { mode: 0o755 });
		const job = scene.job("runner", { env: { PATH: `${path}:${scene.engine.env["PATH"]}` } });
		const context = scene.context(["RUN echo one @"]);
		const main = await scene.step(job, { context, outputs: "type=cacheonly" }).main();
		succeeded(main);
		assert.equal(stepsIn(main.log).ran.length, 2);
	});

	it("keeps the metadata as buildx gives it by default", async (t) => {
		const scene = await newScene(t);
		const { main } = await scene.run({ context: scene.context(), outputs: "type=cacheonly" });
		succeeded(main);
		const metadata = main.outputs["metadata"] ?? "";
		assert.doesNotMatch(metadata, /llbDefinition|buildConfig/);
		assert.match(metadata, /"buildx.build.ref"/);
		const job = scene.job("runner", { env: { BUILDX_METADATA_PROVENANCE: "max" } });
		const asked = await scene.step(job, { context: scene.context(), outputs: "type=cacheonly" }).main();
		if (metadata.includes("buildx.build.provenance"))
			assert.match(asked.outputs["metadata"] ?? "", /llbDefinition/);
	});
});
