import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type BuildWiring, buildxArgs } from "../../src/build/args.ts";
import type { BuildInputs } from "../../src/build/inputs.ts";
import { plainBuild } from "./plain-build.ts";

const wiring: BuildWiring = { cacheFrom: [], cacheTo: [], metadataFile: "/t/m.json", secretFiles: new Map() };
const PLAIN = ["buildx", "build", "--metadata-file", "/t/m.json"];

/** What a build with these inputs adds to the plain one. */
function added(build: Partial<BuildInputs>, more: Partial<BuildWiring> = {}): string[] {
	const args = buildxArgs({ ...plainBuild, ...build }, { ...wiring, ...more });
	assert.deepEqual(args.slice(0, 2), PLAIN.slice(0, 2));
	assert.equal(args.at(-1), build.context ?? ".");
	const metadata = args.indexOf("--metadata-file");
	return [...args.slice(2, metadata), ...args.slice(metadata + 2, -1)];
}

test("a build that asks for nothing gets only the metadata file and its context", () => {
	assert.deepEqual(buildxArgs(plainBuild, wiring), [...PLAIN, "."]);
});

describe("each input becomes buildx's argument of that name", () => {
	const mappings: readonly (readonly [Partial<BuildInputs>, readonly string[]])[] = [
		[{ file: "ci/Dockerfile" }, ["--file", "ci/Dockerfile"]],
		[{ target: "test" }, ["--target", "test"]],
		[{ tags: ["a:1", "b:2"] }, ["--tag", "a:1", "--tag", "b:2"]],
		[{ buildArgs: ["A=1,2 3", "B"] }, ["--build-arg", "A=1,2 3", "--build-arg", "B"]],
		[{ buildContexts: ["x=../x"] }, ["--build-context", "x=../x"]],
		[{ labels: ["k=v=w"] }, ["--label", "k=v=w"]],
		[{ annotations: ["index:k=v"] }, ["--annotation", "index:k=v"]],
		[{ platforms: ["linux/amd64", "linux/arm64"] }, ["--platform", "linux/amd64,linux/arm64"]],
		[{ ssh: ["default", "k=/a,/b"] }, ["--ssh", "default", "--ssh", "k=/a,/b"]],
		[{ network: "host" }, ["--network", "host"]],
		[{ addHosts: ["d:10.0.0.1"] }, ["--add-host", "d:10.0.0.1"]],
		[{ allow: ["network.host"] }, ["--allow", "network.host"]],
		[{ pull: true }, ["--pull"]],
		[{ noCache: true }, ["--no-cache"]],
		[{ noCacheFilters: ["a", "b"] }, ["--no-cache-filter", "a", "--no-cache-filter", "b"]],
		[{ push: true }, ["--push"]],
		[{ load: true }, ["--load"]],
		[{ push: true, load: true }, ["--push", "--load"]],
		[{ outputs: ['type=oci,"dest=a,b"'] }, ["--output", 'type=oci,"dest=a,b"']],
		[{ shmSize: "2g" }, ["--shm-size", "2g"]],
		[{ ulimits: ["nofile=1:2"] }, ["--ulimit", "nofile=1:2"]],
		[{ extraArgs: ["--cgroup-parent", "ci"] }, ["--cgroup-parent", "ci"]],
		[{ context: "https://example.com/a.git#main" }, []],
	];
	for (const [build, args] of mappings) {
		test(JSON.stringify(build), () => assert.deepEqual(added(build), args));
	}
});

describe("attestations", () => {
	const URL = "https://github.com/o/r/actions/runs/1";
	const cases: readonly (readonly [Partial<BuildInputs>, readonly string[]])[] = [
		[{ provenance: "true" }, ["--attest", `type=provenance,builder-id=${URL}`]],
		[{ provenance: "false" }, ["--attest", "type=provenance,disabled=true"]],
		[{ provenance: "mode=max" }, ["--attest", `type=provenance,mode=max,builder-id=${URL}`]],
		[{ provenance: "mode=max,builder-id=me" }, ["--attest", "type=provenance,mode=max,builder-id=me"]],
		[{ sbom: "true" }, ["--attest", "type=sbom"]],
		[{ sbom: "False" }, ["--attest", "type=sbom,disabled=true"]],
		[{ sbom: "generator=a/b:1" }, ["--attest", "type=sbom,generator=a/b:1"]],
	];
	for (const [build, args] of cases) {
		test(JSON.stringify(build), () => assert.deepEqual(added(build, { builderId: URL }), args));
	}

	test("without a run to name, provenance names no builder", () => {
		assert.deepEqual(added({ provenance: "true" }), ["--attest", "type=provenance"]);
	});
});

describe("secrets", () => {
	test("a value never shows in the arguments, only the file that holds it", () => {
		const args = added(
			{ secrets: [{ id: "token", value: "hunter2" }] },
			{ secretFiles: new Map([["token", "/t/s,1"]]) },
		);
		assert.deepEqual(args, ["--secret", 'id=token,"src=/t/s,1"']);
	});

	test("environment variables and files are named to buildx", () => {
		const args = added({
			secretEnvs: [{ id: "a", env: "A_TOKEN" }],
			secretFiles: [{ id: "b", path: "./b.txt" }],
		});
		assert.deepEqual(args, ["--secret", "id=a,env=A_TOKEN", "--secret", "id=b,src=./b.txt"]);
	});

	test("a secret without its file is a bug, told without the value", () => {
		assert.throws(
			() => added({ secrets: [{ id: "token", value: "hunter2" }] }),
			(error: Error) => {
				return error.message.includes("token") && !error.message.includes("hunter2");
			},
		);
	});
});

test("builder and cache entries are passed as they are", () => {
	const args = added({}, { builder: "big", cacheFrom: ["F1", "F2"], cacheTo: ["T"] });
	assert.deepEqual(args, [
		...["--builder", "big", "--cache-from", "F1", "--cache-from", "F2", "--cache-to", "T"],
	]);
});
