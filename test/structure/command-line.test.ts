import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { after, before, describe, it } from "node:test";
import type { ConfigVerdict } from "../../src/structure/verdict.ts";
import { engine, testStores } from "../engines/index.ts";
import { structureTestBinary } from "../engines/structure-test.ts";
import { berth, linesOf } from "../image/berth-process.ts";
import { type Scene, structureScene } from "./scene.ts";

const good = {
	schemaVersion: "2.0.0",
	commandTests: [{ name: "x", command: "true" }],
	metadataTest: { workdir: "/tmp" },
};
const bad = { ...good, commandTests: [...good.commandTests, { name: "y", command: "false" }] };

for (const store of testStores()) {
	describe(`berth test, ${store}`, { concurrency: 2 }, () => {
		let scene: Scene;
		let images: readonly string[];
		let configs: readonly string[];
		let binary: string;

		before(async () => {
			scene = await structureScene(await engine(store));
			images = [
				await scene.build("one", "WORKDIR /tmp"),
				await scene.build("two", "WORKDIR /tmp", "ENV A=b"),
			];
			configs = [scene.write("good.json", good), scene.write("bad.json", bad)];
			binary = await structureTestBinary();
		});
		after(() => scene.end());

		const flags = (...files: readonly (string | undefined)[]) => [
			...files.flatMap((file) => ["--config", file ?? ""]),
			...["--structure-test", binary],
		];

		it("says on a line of its own what each config came to, and each test that failed", async () => {
			const { code, stdout, stderr } = await berth(scene.env, "test", ...images, ...flags(...configs));
			assert.deepEqual([code, stderr], [1, ""]);
			const [goodFile, badFile] = configs;
			const expected = images.flatMap((image) => [
				`^${image} ${goodFile}: 2 passed, .* s$`,
				`^${image} ${badFile}: 1 of 3 failed$`,
				`^FAIL ${image} ${badFile}(:\\d+)?: Command Test: y: Test 'y' exited with incorrect error code\\. .*$`,
			]);
			const lines = linesOf(stdout);
			assert.equal(lines.length, expected.length);
			for (const each of expected)
				assert.equal(lines.filter((line) => new RegExp(each).test(line)).length, 1, `${each}\n${stdout}`);
		});

		it("ends with 0 if all passes, and finds the program on PATH", async () => {
			const PATH = [dirname(binary), scene.env["PATH"]].join(delimiter);
			const env = { ...scene.env, PATH };
			const pattern = `${scene.dir}/go*.json`;
			const { code, stdout, stderr } = await berth(env, "test", images[0] ?? "", "--config", pattern);
			assert.deepEqual([code, linesOf(stdout).length, stderr], [0, 1, ""]);
		});

		it("prints nothing but JSON on standard output when asked to, in the order asked for", async () => {
			const args = [
				...images,
				...flags(...configs, `${scene.dir}/none.yaml`),
				"--json",
				"--platform",
				"linux/amd64",
			];
			const { code, stdout } = await berth(scene.env, "test", ...args);
			assert.equal(code, 1);
			const report = JSON.parse(stdout) as {
				tests: ConfigVerdict[];
				passed: number;
				failed: number;
				errors: string[];
			};
			assert.deepEqual(
				report.tests.map(({ image, config }) => [image, config]),
				images.flatMap((image) => configs.map((config) => [image, config])),
			);
			assert.deepEqual([report.passed, report.failed], [8, 2]);
			assert.deepEqual(report.errors, [`--config: "${scene.dir}/none.yaml" names no file`]);
		});

		it("writes JUnit XML", async () => {
			const file = `${scene.dir}/reports/junit.xml`;
			const { code } = await berth(
				scene.env,
				"test",
				images[0] ?? "",
				...flags(configs[1]),
				"--report",
				file,
			);
			assert.equal(code, 1);
			assert.match(readFileSync(file, "utf8"), /<testsuites[^>]* tests="3"[^>]* failures="1"/);
			const unwritable = `${file}/below`;
			const failed = await berth(
				scene.env,
				"test",
				images[0] ?? "",
				...flags(configs[0]),
				"--report",
				unwritable,
			);
			assert.equal(failed.code, 1);
			assert.match(failed.stderr, /^berth: --report: ".*" can't be written: .*\n$/);
		});

		it("fails with one line without an engine, an image, a program or a config", async () => {
			const [image = "", config = ""] = [images[0], configs[0]];
			const nowhere = { ...scene.env, DOCKER_HOST: `unix://${scene.dir}/none.sock` };
			for (const [env, args, line] of [
				[nowhere, [image, ...flags(config)], /^berth: no Docker engine answers at /],
				[scene.env, [image, "--config", config, "--structure-test", "/none"], /^berth: .*"\/none"/],
				[scene.env, [image, ...flags("/none-*.yaml")], /^berth: --config: "\/none-\*\.yaml" names no file$/],
			] as const) {
				const { code, stdout, stderr } = await berth(env, "test", ...args);
				assert.deepEqual([code, stdout, linesOf(stderr).length], [1, "", 1]);
				assert.match(linesOf(stderr)[0] ?? "", line);
			}
			const { code, stdout } = await berth(scene.env, "test", "none:1", ...flags(config));
			assert.deepEqual([code, linesOf(stdout).length], [1, 1]);
			assert.match(stdout, /^none:1 .*: the engine has no image "none:1"\n$/);
		});

		it("ends a test that takes too long", async () => {
			const commandTests = [{ name: "hangs", command: "sleep", args: ["100000"] }];
			const hung = scene.write("hung.json", { schemaVersion: "2.0.0", commandTests });
			const { code, stdout } = await berth(
				scene.env,
				"test",
				images[1] ?? "",
				...flags(hung),
				"--timeout",
				"4s",
			);
			assert.equal(code, 1);
			assert.match(stdout, /: took longer than 4s and was ended(?:; "sleep 100000" was still running)?\n$/);
		});

		it("ends with 2 on bad usage", async () => {
			for (const args of [
				["test"],
				["test", "x"],
				["test", "--config", "x"],
				["load", "x", "--config", "x"],
			]) {
				const { code, stdout } = await berth(scene.env, ...args);
				assert.deepEqual([code, stdout], [2, ""]);
			}
		});
	});
}
