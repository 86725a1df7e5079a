import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { RunReport } from "../../src/report/report.ts";
import { docker, dockerOrThrow, testStores } from "../engines/index.ts";
import { structureTestBinary } from "../engines/structure-test.ts";
import { imageOf, layerOf, writeLayout } from "../image/fixtures.ts";
import { obeyedCommands } from "./commands.ts";
import { newScene, type Scene, succeeded } from "./scene.ts";

const config = (text: string) => `schemaVersion: 2.0.0
commandTests:
  - name: it runs
    setup: [[/bin/busybox, touch, /made]]
    command: /bin/busybox
    args: [ls, /made]
    expectedOutput: [${text}]
fileExistenceTests:
  - name: the program
    path: /bin/busybox
`;

type Tested = { readonly scene: Scene; readonly inputs: Record<string, string> };

async function tested(t: TestContext, store: ReturnType<typeof testStores>[number]): Promise<Tested> {
	const scene = await newScene(t, store);
	writeFileSync(join(scene.dir, "good.yaml"), config("/made"));
	writeFileSync(join(scene.dir, "bad.yml"), config("/absent"));
	const base = { name: "", cache: "off", "structure-test": await structureTestBinary() };
	return { scene, inputs: { ...base, context: scene.context(["RUN echo @ > /one"]) } };
}

async function remove(scene: Scene, ...images: string[]): Promise<void> {
	await dockerOrThrow(scene.engine, ["image", "rm", ...images]);
}

for (const store of testStores()) {
	describe(`structure tests in a step, engine with ${store}`, { concurrency: 2 }, () => {
		it("test what was built and what was loaded, by name, and write JUnit XML", async (t) => {
			const { scene, inputs } = await tested(t, store);
			const loaded = await imageOf([await layerOf({ nonce: scene.nonce })]);
			writeLayout(join(scene.dir, "layout"), loaded);
			const report = join(scene.dir, "out/junit.xml");
			const { main } = await scene.run({
				...inputs,
				tags: `${scene.nonce}:built`,
				"test-configs": `${scene.dir}/good.*`,
				"test-report": report,
			});
			succeeded(main);
			const { outputs, log, summary } = main;
			assert.deepEqual([outputs["tests-passed"], outputs["tests-failed"]], ["2", "0"]);
			assert.equal(outputs["test-report"], report);
			assert.match(readFileSync(report, "utf8"), /<testsuites [^>]*tests="2" failures="0"/);
			assert.match(log, new RegExp(`^${scene.nonce}:built \\S+/good\\.yaml: 2 passed`, "m"));
			assert.match(summary, /^### ✅ [\s\S]*\| \*\*Tests\*\* \| 2 passed \|/);

			const both = await scene.run({
				...inputs,
				tags: `${scene.nonce}:built`,
				images: `${scene.dir}/layout=${scene.nonce}:loaded`,
				"test-configs": `${scene.dir}/good.yaml`,
			});
			// The loaded one has no program in it.
			assert.deepEqual([both.main.outputs["tests-passed"], both.main.outputs["tests-failed"]], ["2", "2"]);
			await remove(scene, `${scene.nonce}:built`, `${scene.nonce}:loaded`);
		});

		it("that fail fail the step, each on its line of the config, and nothing is left behind", async (t) => {
			const { scene, inputs } = await tested(t, store);
			const { main } = await scene.run({
				...inputs,
				tags: scene.nonce,
				// Containers and commits inherit it.
				labels: `${scene.nonce}=1`,
				"test-configs": `${scene.dir}/good.yaml\n${scene.dir}/bad.yml`,
			});
			assert.equal(main.code, 1);
			const obeyed = obeyedCommands(main.log).filter(({ name }) => name === "error");
			assert.deepEqual(
				obeyed.map(({ properties }) => /,line=(\d+)/.exec(properties)?.[1]),
				["3", undefined],
			);
			assert.match(obeyed[0]?.properties ?? "", /file=[^,]*bad\.yml/);
			assert.match(obeyed[0]?.data ?? "", /Command Test: it runs: .*\/absent/);
			assert.equal(obeyed[1]?.data, "test-configs: 1 of 4 structure tests failed");
			assert.deepEqual([main.outputs["tests-passed"], main.outputs["tests-failed"]], ["3", "1"]);
			const { tests, succeeded: all } = JSON.parse(main.outputs["summary"] ?? "") as RunReport;
			assert.equal(all, false);
			assert.deepEqual(
				tests.map(({ tests: each }) => each.filter(({ passed }) => !passed).length),
				[0, 1],
			);
			assert.match(main.summary, /\| ❌ Command Test: it runs \|/);
			const filter = ["--all", "--quiet", "--filter", `label=${scene.nonce}`];
			assert.equal(await dockerOrThrow(scene.engine, ["ps", ...filter]), "");
			const images = await dockerOrThrow(scene.engine, ["images", ...filter]);
			assert.equal(images.split("\n").length, 1, images);
			await remove(scene, scene.nonce);
		});

		it("test an image without a name, which is there afterwards", async (t) => {
			const { scene, inputs } = await tested(t, store);
			const { main } = await scene.run({ ...inputs, "test-configs": `${scene.dir}/good.yaml` });
			succeeded(main);
			assert.equal(main.outputs["tests-passed"], "2");
			const { imageid = "", digest = "" } = main.outputs;
			const id = store === "containerd" ? digest : imageid;
			const shown = await docker(scene.engine, ["image", "inspect", "--format", "{{.Id}}", id]);
			assert.equal(shown.stdout.trim(), id);
			await remove(scene, id);
		});
	});
}

describe("structure tests that can't be run", { concurrency: 2 }, () => {
	const cases: { what: string; inputs: (dir: string) => Record<string, string>; problem: RegExp }[] = [
		{
			what: "without the config",
			inputs: (dir) => ({ "test-configs": `${dir}/no.yaml` }),
			problem: /^test-configs: ".*\/no\.yaml" names no file$/,
		},
		{
			what: "without the binary that is given",
			inputs: (dir) => ({ "test-configs": `${dir}/good.yaml`, "structure-test": `${dir}/none` }),
			problem: /^structure-test: ".*\/none" doesn't exist; give /,
		},
	];
	for (const { what, inputs: wrong, problem } of cases) {
		it(`${what} fail the step before anything is touched`, async (t) => {
			const { scene, inputs } = await tested(t, "containerd");
			const { main } = await scene.run({ ...inputs, name: "app", cache: "local", ...wrong(scene.dir) });
			assert.equal(main.code, 1);
			assert.equal(main.errors.length, 1);
			assert.match(main.errors[0] ?? "", problem);
			assert.equal(existsSync(scene.root), false);
		});
	}

	it("for the config not parsing or testing nothing fail the step", async (t) => {
		const { scene, inputs } = await tested(t, "containerd");
		writeFileSync(join(scene.dir, "broken.yaml"), "schemaVersion: 2.0.0\nnonsense: [1]\n");
		writeFileSync(join(scene.dir, "empty.yaml"), "schemaVersion: 2.0.0\n");
		const configs = ["broken", "empty"].map((name) => `${scene.dir}/${name}.yaml`);
		const { main } = await scene.run({ ...inputs, tags: scene.nonce, "test-configs": configs.join("\n") });
		assert.equal(main.code, 1);
		assert.equal(main.outputs["tests-failed"], "2");
		assert.match(main.log, /broken\.yaml:2: .*field nonsense not found/);
		assert.match(main.log, /empty\.yaml: tests nothing/);
		await remove(scene, scene.nonce);
	});

	it("for hanging are ended after test-timeout, and what hung is named", async (t) => {
		const { scene, inputs } = await tested(t, "containerd");
		const hung =
			"schemaVersion: 2.0.0\ncommandTests:\n  - {name: hangs, command: /bin/busybox, args: [sleep, '100000']}\n";
		writeFileSync(join(scene.dir, "hung.yaml"), hung);
		const { main } = await scene.run({
			...inputs,
			tags: scene.nonce,
			"test-configs": `${scene.dir}/hung.yaml`,
			"test-timeout": "5s",
		});
		assert.equal(main.code, 1);
		assert.match(
			main.log,
			/took longer than 5s and was ended; "\/bin\/busybox sleep 100000" was still running/,
		);
		// It would say "unable to remove" while a container of the test is there.
		await remove(scene, scene.nonce);
	});
});
