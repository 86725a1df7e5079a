import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newScene, type Scene, succeeded } from "./scene.ts";
import type { Job, StepResult } from "./step.ts";

describe("a secret", { concurrency: 3 }, () => {
	for (const fails of [false, true]) {
		it(`reaches a build that ${fails ? "fails" : "succeeds"}, and is readable nowhere else`, async (t) => {
			const scene = await newScene(t);
			const token = () => randomBytes(12).toString("hex");
			const key = `-----BEGIN KEY-----\n${token()}\n${token()}\n-----END KEY-----\n`;
			const values = {
				inline: token(),
				key,
				spaced: ` ${token()} with "quotes", commas `,
				env: token(),
				file: token(),
			};
			const file = join(scene.dir, "secret file,with a comma");
			writeFileSync(file, values.file);
			const job = scene.job("runner", { env: { DEPLOY_TOKEN: values.env } });
			const step = scene.step(job, {
				context: scene.context([
					...Object.entries(values).map(comparison),
					...(fails ? ["RUN echo @; false"] : []),
				]),
				secrets: [
					`inline=${values.inline}`,
					`"key=${values.key}"`,
					`"spaced=${values.spaced.replaceAll('"', '""')}"`,
				].join("\n"),
				"secret-envs": "env=DEPLOY_TOKEN",
				"secret-files": `file=${file}`,
			});
			const main = await step.main();
			assert.equal(main.code, fails ? 1 : 0, main.log);
			assert.equal(main.log.match(/^#\d+ [\d.]+ compared$/gm)?.length, 5, main.log);
			const post = await step.post();
			const [inline, env, spaced] = [values.inline, values.env, values.spaced];
			const hidden = [inline, env, spaced.trim(), ...key.split("\n").slice(1, 3)];
			for (const value of [...hidden, values.file]) unreadable(value, job, main, post);
			const masked = main.obeyed.filter(({ name }) => name === "add-mask").map(({ data }) => data);
			for (const value of [inline, env, spaced, key, ...key.split("\n").slice(1, 3)]) {
				assert.ok(masked.includes(value), JSON.stringify(value));
			}
			leftNothing(scene, job, [...hidden, values.file]);
		});
	}

	it("that is empty, as in a pull request from a fork, is a warning", async (t) => {
		const scene = await newScene(t);
		const { main } = await scene.run({
			context: scene.context(),
			secrets: "token=",
			outputs: "type=cacheonly",
		});
		succeeded(main);
		assert.deepEqual(main.warnings, ['secrets: "token" is empty and not passed to the build']);
	});

	it("in the password of a context's URL is masked before it is printed", async (t) => {
		const scene = await newScene(t);
		const password = randomBytes(12).toString("hex");
		const context = `http://user:${password}@127.0.0.1:9/repository.git`;
		const main = await scene.step(scene.job(), { context }).main();
		assert.equal(main.code, 1);
		const mask = main.log.indexOf(`::add-mask::${password}`);
		assert.ok(mask >= 0 && mask === main.log.indexOf(password) - "::add-mask::".length, main.log);
	});
});

/** A step that fails unless the secret is, byte for byte, what it should be. */
function comparison([id, value]: [string, string]): string {
	const hash = createHash("sha256").update(value).digest("hex");
	const compare = `echo "${hash}  /run/secrets/${id}" | sha256sum -c - >/dev/null && echo compared`;
	return `RUN --mount=type=secret,id=${id},required : @ && ${compare}`;
}

function unreadable(value: string, job: Job, ...results: readonly StepResult[]): void {
	for (const { log, outputs, summary, exported } of results) {
		const said = log.split("\n").filter((line) => !line.startsWith("::add-mask::"));
		assert.equal(
			[...said, JSON.stringify([outputs, summary, exported])].some((text) => text.includes(value)),
			false,
		);
	}
	assert.equal(
		filesBelow(job.dir).some((path) => readFileSync(path).includes(value)),
		false,
	);
}

function leftNothing(scene: Scene, job: Job, values: readonly string[]): void {
	assert.deepEqual(readdirSync(join(job.dir, "temp")), []);
	const inCache = filesBelow(scene.root).map((path) => readFileSync(path));
	for (const value of values)
		assert.equal(
			inCache.some((content) => content.includes(value)),
			false,
		);
}

function filesBelow(dir: string): string[] {
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}
