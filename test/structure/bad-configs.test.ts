import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { engine, testStores } from "../engines/index.ts";
import { type Scene, structureScene, theVerdict } from "./scene.ts";

const passing = { name: "passes", command: "true" };

/** Configs that must not pass: what they are called, what is in them, what is said of them and of which line. */
const bad: readonly {
	readonly name: string;
	readonly content: string | object;
	readonly reason: RegExp;
	readonly line?: number;
	readonly tests?: number;
}[] = [
	{
		name: "cut.yaml",
		content: "schemaVersion: 2.0.0\ncommandTests:\n  - name: [\n",
		reason: /^yaml: line \d+: did not find/,
		line: 3,
	},
	{
		name: "unknown-key.yaml",
		content: "schemaVersion: 2.0.0\n\ncommandTest:\n  - name: x\n    command: ls\n",
		reason:
			/^error unmarshalling config: yaml: unmarshal errors: line 3: field commandTest not found in type/,
		line: 3,
	},
	{ name: "cut.json", content: '{"schemaVersion": "2.0.0",', reason: /^unexpected end of JSON input$/ },
	{ name: "empty.yaml", content: "", reason: /^Please provide schema version$/ },
	{ name: "no-version.yaml", content: "commandTests: []", reason: /^Please provide schema version$/ },
	{ name: "version.yaml", content: "schemaVersion: 3.0.0", reason: /^Unsupported schema version: 3\.0\.0$/ },
	{ name: "nothing.yaml", content: "schemaVersion: 2.0.0", reason: /^tests nothing$/ },
	{
		name: "unknown-key.json",
		content: { schemaVersion: "2.0.0", commandTest: [passing] },
		reason: /^tests nothing$/,
	},
	{
		name: "config.txt",
		content: "schemaVersion: 2.0.0",
		reason: /^Please provide valid JSON or YAML config file$/,
	},
	{
		name: "skipped.json",
		content: {
			schemaVersion: "1.0.0",
			commandTests: [
				{ name: "passes", command: ["true"] },
				{ name: "", command: ["false"] },
			],
		},
		reason: /^Please provide a valid name/,
		tests: 1,
	},
	{
		name: "skipped-alone.json",
		content: { schemaVersion: "1.0.0", commandTests: [{ name: "no command" }] },
		reason: /^tests nothing: Please provide a valid command/,
	},
	{
		name: "setup-fails.json",
		content: {
			schemaVersion: "1.0.0",
			commandTests: [
				{ name: "is skipped", setup: [["/no/such/program"]], command: ["false"] },
				{ name: "passes", command: ["true"] },
			],
		},
		reason: /\/no\/such\/program/,
		tests: 1,
	},
	{
		name: "regex.json",
		content: { schemaVersion: "2.0.0", commandTests: [{ ...passing, expectedOutput: ["("] }] },
		reason: /^Error compiling regex \(/,
		tests: 1,
	},
];

for (const store of testStores()) {
	describe(`configs that can't pass, ${store}`, { concurrency: 4 }, () => {
		let scene: Scene;
		let image: string;

		before(async () => {
			scene = await structureScene(await engine(store));
			image = await scene.build("bad");
		});
		after(() => scene.end());

		for (const { name, content, reason, line = null, tests = 0 } of bad) {
			it(`fail with one line: ${name}`, async () => {
				const configs = [scene.write(name, content)];
				const verdict = theVerdict(await scene.test({ images: [image], configs }));
				assert.match(verdict.problem?.reason ?? "", reason);
				assert.doesNotMatch(verdict.problem?.reason ?? "", /\n/);
				assert.equal(verdict.problem?.line, line);
				assert.equal(verdict.tests.length, tests);
			});
		}

		it("fail test by test where they are wrong in one alone", async () => {
			const commandTests = [passing, { name: "", command: "true" }, { name: "no command" }];
			const configs = [scene.write("partly.json", { schemaVersion: "2.0.0", commandTests })];
			const { tests, problem } = theVerdict(await scene.test({ images: [image], configs }));
			assert.equal(problem, null);
			assert.deepEqual(
				tests.map(({ name, passed, errors }) => [name, passed, errors]),
				[
					["Command Test: passes", true, []],
					["a test without a name", false, ["Please provide a valid name for every test"]],
					["no command", false, ["Please provide a valid command to run for test no command"]],
				],
			);
		});

		it("are looked for by glob, each taken once, and must be there", async () => {
			for (const name of ["one.glob.json", "two.glob.json"])
				scene.write(name, { schemaVersion: "2.0.0", commandTests: [passing] });
			const at = (name: string) => `${scene.dir}/${name}`;
			const configs = [at("two.glob.json"), at("none-*.yaml"), at("./*.glob.json"), at("missing.yaml")];
			const { verdicts, problems } = await scene.test({ images: [image, image], configs });
			assert.deepEqual(
				verdicts.map(({ config }) => config.replace(/^.*\//, "")),
				["two.glob.json", "one.glob.json"],
			);
			assert.deepEqual(problems, [
				`"${at("none-*.yaml")}" names no file`,
				`"${at("missing.yaml")}" names no file`,
			]);
		});

		it("fail with one line each for an image that isn't there", async () => {
			const tests = { commandTests: [passing], metadataTest: { user: "7" } };
			const configs = ["1", "2"].map((name) =>
				scene.write(`image-${name}.json`, { schemaVersion: "2.0.0", ...tests }),
			);
			for (const missing of [`${image}-missing`, `sha256:${"0".repeat(64)}`, "No Image"]) {
				const { verdicts } = await scene.test({ images: [missing], configs });
				assert.deepEqual(
					verdicts.map((verdict) => [verdict.config, verdict.tests.length]),
					configs.map((config) => [config, 0]),
				);
				for (const { problem } of verdicts) assert.match(problem?.reason ?? "", /image|characters|reference/);
			}
		});

		it("fail with one line when there is no such program, or one that is none", async () => {
			const configs = [scene.write("program.json", { schemaVersion: "2.0.0", commandTests: [passing] })];
			for (const [binary, reason] of [
				[`${scene.dir}/none`, /can't be run: .*ENOENT/],
				[configs[0] ?? "", /can't be run: .*EACCES/],
				["/bin/true", /^container-structure-test exited with code 0 and said nothing$/],
				["/bin/false", /^container-structure-test exited with code 1 and said nothing$/],
			] as const) {
				const { problem, tests } = theVerdict(await scene.test({ images: [image], configs, binary }));
				assert.match(problem?.reason ?? "", reason);
				assert.deepEqual(tests, []);
			}
		});

		it("fail where the platform that is asked for is another", async () => {
			const configs = [scene.write("platform.json", { schemaVersion: "2.0.0", commandTests: [passing] })];
			const { tests } = theVerdict(await scene.test({ images: [image], configs, platform: "linux/s390x" }));
			assert.deepEqual(
				tests.map(({ passed }) => passed),
				[false],
			);
			// Engine 26.1 has none for the platform, later ones name it.
			assert.match(tests[0]?.errors.join() ?? "", /platform|s390x|no such image/);
		});
	});
}
