/** container-structure-test's own examples must give the same verdicts through Berth as run directly. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { readReport } from "../../src/structure/read-report.ts";
import type { TestVerdict } from "../../src/structure/verdict.ts";
import { run } from "../../src/throwaway/command.ts";
import { engine, testStores } from "../engines/index.ts";
import { structureTestBinary, structureTestSource } from "../engines/structure-test.ts";
import { debianImage } from "./debian-image.ts";
import { type Scene, structureScene, theVerdict } from "./scene.ts";

for (const store of testStores()) {
	describe(`the examples of container-structure-test, ${store}`, { concurrency: 2 }, () => {
		let scene: Scene;
		let examples: readonly string[];
		let imageFor: (config: string) => string;
		const bind = "/tmp/test";
		const boundBefore = existsSync(bind);

		before(async () => {
			scene = await structureScene(await engine(store));
			const source = await structureTestSource();
			// One of them refers to a file by a path from there.
			process.chdir(source);
			examples = globSync("tests/amd64/*.{yaml,yml,json}").sort();
			const debian = await debianImage(scene);
			const images = new Map<string, string>();
			for (const name of ["unprivileged", "metadata"]) {
				const lines = readFileSync(join("tests", `Dockerfile.${name}`), "utf8").split("\n");
				// There is no network to install from, nor a program to add a user with.
				const usable = lines.filter((line) => !/^(?:FROM|RUN)/.test(line));
				images.set(name, await scene.build(name, `FROM ${debian}`, ...usable));
			}
			imageFor = (config) => {
				if (config.includes("metadata")) return images.get("metadata") ?? "";
				return config.includes("user") ? (images.get("unprivileged") ?? "") : debian;
			};
			Object.assign(scene.env, { FOO: "keepitsecret!", BAR: "keepitsafe!" });
		});
		after(async () => {
			await scene.end();
			if (!boundBefore && existsSync(bind)) rmdirSync(bind);
		});

		it("are all there", () => {
			assert.equal(examples.length, 7);
		});

		for (const name of [
			"containeropts_env_test",
			"containeropts_envfile_test",
			"containeropts_test",
			"containeropts_user_test",
			"failure_test",
			"metadata_test",
			"test",
		]) {
			it(`give the same verdict through Berth as without: ${name}`, async () => {
				const config = join("tests", "amd64", `ubuntu_22_04_${name}.yaml`);
				const direct = await runDirectly(scene, imageFor(config), config);
				const verdict = theVerdict(await scene.test({ images: [imageFor(config)], configs: [config] }));
				assert.deepEqual(verdict.tests.map(comparable), direct.tests.map(comparable));
				assert.deepEqual(verdict.problem, direct.problem);
				assert.ok(direct.tests.length > 0);
			});
		}

		it("pass and fail, both, so that the comparison means something", async () => {
			const [passing, failing] = ["test", "failure_test"].map((name) =>
				examples.find((each) => basename(each) === `ubuntu_22_04_${name}.yaml`),
			);
			const { verdicts } = await scene.test({
				images: [imageFor("")],
				configs: [passing ?? "", failing ?? ""],
			});
			const outcomes = verdicts.flatMap(({ tests }) => tests.map(({ passed }) => passed));
			assert.ok(outcomes.filter((passed) => passed).length >= 5, JSON.stringify(verdicts));
			assert.ok(outcomes.filter((passed) => !passed).length >= 3, JSON.stringify(verdicts));
		});
	});
}

async function runDirectly(scene: Scene, image: string, config: string) {
	const report = join(scene.dir, `direct-${basename(config)}.json`);
	const args = ["test", "--image", image, "--config", config, "--output", "json", "--test-report", report];
	const { code, stderr } = await run(await structureTestBinary(), args, { env: scene.env });
	return readReport({
		report: readFileSync(report, "utf8"),
		stderr,
		how: `exited with ${code}`,
		ok: code === 0,
	});
}

/** Without what differs from one run to the next: ids, and the order of what Go keeps in maps. */
function comparable({ name, passed, errors, stdout, stderr }: TestVerdict) {
	const steady = (text: string) =>
		text
			.replace(/\b[0-9a-f]{64}\b/g, "<id>")
			.replace(/HOSTNAME=\w+/g, "HOSTNAME=…")
			.split("\n")
			.sort();
	return { name, passed, errors: errors.map(steady).sort(), stdout: steady(stdout), stderr: steady(stderr) };
}
