import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { provenanceAsked, readDefinitions } from "../../src/build/provenance.ts";
import { planOf } from "../../src/build/step-facts.ts";
import { valuesOf } from "../../src/build/values.ts";
import { base64, digestOf } from "./messages.ts";

const dockerfile = `ARG TAG=3
FROM alpine:$TAG AS build
COPY src $DIR
RUN --mount=type=bind,target=/all make \\
    && \\
    make install
FROM alpine:3
COPY --link --from=build /out /
`;
const alpine = `docker-image://docker.io/library/alpine:3@sha256:${"a".repeat(64)}`;
const local = { "local.excludepatterns": '["*.log","!keep.log"]', "local.sharedkeyhint": "context" };
const copy = (src: string) => ({ file: { actions: [{ Action: { copy: { src, dest: "/x" } } }] } });
const exec = {
	meta: { args: ["/bin/sh", "-c", "make"], env: ["PATH=/bin", "TOKEN=hunter2"], cwd: "/" },
	mounts: [{ dest: "/" }, { input: 1, dest: "/all", selector: "/part" }],
};
// As buildx 0.29.1 and BuildKit 0.25.2 have it.
const operations = [
	{ name: "[build 1/3] FROM docker.io/library/alpine:3", Op: { source: { identifier: alpine } }, inputs: [] },
	{ name: "", Op: { source: { identifier: "local://context", attrs: local } }, inputs: [] },
	{ name: "[build 2/3] COPY src /x", Op: copy("/src"), inputs: [0, 1], lines: [3, 3] },
	{ name: "[build 3/3] RUN --mount make", Op: { exec }, inputs: [2, 1], lines: [4, 6] },
	{ name: "[stage-1 2/2] COPY --link /out /", Op: copy("/out"), inputs: [3], lines: [8, 8] },
	{ name: "", Op: { merge: { inputs: [{}, {}] } }, inputs: [0, 4] },
	{ name: "", Op: {}, inputs: [5] },
] as const;
const titles = new Map(
	operations.flatMap(({ name }, at) => (name === "" ? [] : [[digestOf(String(at)), name] as const])),
);

const range = (start: number, end: number) => ({ ranges: [{ start: { line: start }, end: { line: end } }] });
const provenance = {
	builder: { id: "" },
	buildConfig: {
		llbDefinition: operations.map(({ Op, inputs }, at) => ({
			...{ id: `step${at}`, op: { Op, platform: { OS: "linux" } } },
			inputs: inputs.map((input) => `step${input}:0`),
		})),
		digestMapping: Object.fromEntries(operations.map((_, at) => [digestOf(String(at)), `step${at}`])),
	},
	metadata: {
		"https://mobyproject.org/buildkit@v1#metadata": {
			source: {
				infos: [{ filename: "Dockerfile", data: base64(dockerfile) }],
				locations: Object.fromEntries(
					operations.flatMap((each, at) =>
						"lines" in each ? [[`step${at}`, { locations: [range(each.lines[0], each.lines[1])] }]] : [],
					),
				),
			},
		},
	},
};
const metadata = JSON.stringify({ "buildx.build.provenance": provenance, "image.name": "x" });
const salt = "0".repeat(32);

describe("the plan of a build", () => {
	const plan = planOf(readDefinitions(metadata, "min").definitions, titles, salt);

	it("has its steps but FROM, in the Dockerfile's words, on one line", () => {
		assert.deepEqual(
			plan.map(({ stage, text, line }) => [stage, text, line]),
			[
				["build", "COPY src $DIR", 3],
				["build", "RUN --mount=type=bind,target=/all make && make install", 4],
				["stage-1", "COPY --link --from=build /out /", 8],
			],
		);
	});

	it("knows what each takes: steps, images, and files with what is left out of them", () => {
		assert.deepEqual(
			plan.map(({ after }) => after),
			[[], [0], [1]],
		);
		assert.deepEqual(
			plan.map(({ images }) => images),
			[[alpine.slice(15)], [], []],
		);
		const excludes = [["*.log", "!keep.log"]];
		assert.deepEqual(
			plan.map(({ taken }) => taken),
			[
				[{ local: "context", paths: ["/src"], excludes }],
				[{ local: "context", paths: ["/part"], excludes }],
				[],
			],
		);
	});

	it("has no value of an argument in it, and tells one from another", () => {
		assert.doesNotMatch(JSON.stringify(plan), /hunter2/);
		const [, run] = plan;
		assert.match(run?.aspects["env.TOKEN"] ?? "", /^[0-9a-f]{3}$/);
		const other = readDefinitions(metadata.replace("hunter2", "hunter3"), "min").definitions;
		const changed = planOf(other, titles, salt)[1]?.aspects ?? {};
		const names = Object.keys(changed).filter((name) => changed[name] !== run?.aspects[name]);
		assert.deepEqual(names, ["env.TOKEN"]);
	});

	it("has each step once, though two platforms share them", () => {
		const both = { "buildx.build.provenance/a": provenance, "buildx.build.provenance/b": provenance };
		const { definitions } = readDefinitions(JSON.stringify(both), "min");
		assert.equal(definitions.length, 2);
		assert.equal(planOf(definitions, titles, salt).length, 3);
	});
});

describe("the metadata that holds it", () => {
	it("is as the workflow would have it: without the definition, unless it asked for that", () => {
		const { metadata: less } = readDefinitions(metadata, "min");
		assert.deepEqual(JSON.parse(less), {
			"buildx.build.provenance": { builder: { id: "" } },
			"image.name": "x",
		});
		assert.equal(readDefinitions(metadata, "max").metadata, metadata);
		const bare = '{"image.name": "x"}';
		assert.deepEqual(readDefinitions(bare, "min"), { definitions: [], metadata: bare });
	});

	it("is asked for as buildx reads its variable", () => {
		const asked = (value?: string) =>
			provenanceAsked(value === undefined ? {} : { BUILDX_METADATA_PROVENANCE: value });
		assert.deepEqual([undefined, "", "min", "true", "max", "disabled", "false", "0"].map(asked), [
			...["min", "min", "min", "min", "max", "disabled", "disabled", "disabled"],
		]);
	});

	const rubbish = [
		"",
		"[]",
		metadata.replace("llbDefinition", "x"),
		metadata.replace(/"digestMapping":\{/, '"digestMapping":{"../../x":"step0","'),
		metadata.replaceAll('"inputs":["', '"inputs":[null,"step99:x","'),
		metadata.replaceAll('"line":', '"line":-'),
		metadata.replaceAll('"line":3', '"line":1e300'),
		metadata.replace('"op":{', '"op":7,"x":{'),
	];
	for (const text of rubbish)
		it(`is taken for what it is: ${text.slice(0, 20)}… (${text.length})`, () => {
			assert.ok(planOf(readDefinitions(text, "min").definitions, titles, salt).length <= 3);
		});
});

describe("the values that ARG and ENV give to names", () => {
	const of = (text: string, buildArgs: string[] = [], env = {}) =>
		valuesOf({ dockerfile: text, buildArgs, env }, salt);
	const differ = (one: Record<string, string>, other: Record<string, string>) =>
		[...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name]);

	it("are told apart by name, wherever they come from", () => {
		const text = 'ARG A=1 B="two words"\nENV C=3\\\n  D=4\nENV OLD form\n';
		assert.deepEqual(Object.keys(of(text)).sort(), ["A", "B", "C", "D", "OLD"]);
		assert.deepEqual(differ(of(text), of(text.replace("words", "w"))), ["B"]);
		assert.deepEqual(differ(of(text), of(text, ["A=2"])), ["A"]);
		assert.deepEqual(differ(of(text, ["A"], { A: "x" }), of(text, ["A"], { A: "y" })), ["A"]);
	});
});
