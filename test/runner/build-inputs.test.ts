import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accepted, build, env, problems, type Raw } from "./parsing.ts";

test("a context alone builds and loads, with docker/build-push-action's other defaults", () => {
	assert.deepEqual(build({ context: " ./sub dir " }), {
		...{ context: "./sub dir", pull: false, noCache: false, push: false, load: true },
		...{ tags: [], buildArgs: [], buildContexts: [], labels: [], annotations: [], platforms: [] },
		...{ secrets: [], secretEnvs: [], secretFiles: [], ssh: [], addHosts: [], allow: [] },
		...{ noCacheFilters: [], outputs: [], ulimits: [], extraArgs: [] },
	});
});

test("every text is taken", () => {
	const { file, target, network, provenance, sbom, shmSize } = build({
		...{ file: "a/Dockerfile", target: "t", network: "host", provenance: "mode=max", sbom: "true" },
		"shm-size": "1.5g",
	});
	assert.deepEqual(
		{ file, target, network, provenance, sbom, shmSize },
		{
			file: "a/Dockerfile",
			target: "t",
			network: "host",
			provenance: "mode=max",
			sbom: "true",
			shmSize: "1.5g",
		},
	);
});

describe("load", () => {
	const cases: readonly (readonly [Raw, boolean])[] = [
		[{}, true],
		[{ push: "false" }, true],
		[{ push: "true" }, false],
		[{ outputs: "type=local,dest=out" }, false],
		[{ push: "true", load: "true" }, true],
		[{ load: "false" }, false],
		[{ load: "FALSE", pull: "True" }, false],
	];
	for (const [raw, load] of cases) {
		test(`${JSON.stringify(raw)} means ${load}`, () => assert.equal(build(raw).load, load));
	}
});

describe("lists", () => {
	test("short ones are split at lines and commas", () => {
		const lists = build({
			...{ tags: "a:1,b:2\n c ", platforms: "linux/amd64,linux/arm/v7", allow: "network.host, device" },
			...{ "no-cache-filters": "a,b", "add-hosts": "d:10.0.0.1,e=::1" },
		});
		assert.deepEqual(lists.tags, ["a:1", "b:2", "c"]);
		assert.deepEqual(lists.platforms, ["linux/amd64", "linux/arm/v7"]);
		assert.deepEqual(lists.allow, ["network.host", "device"]);
		assert.deepEqual(lists.noCacheFilters, ["a", "b"]);
		assert.deepEqual(lists.addHosts, ["d:10.0.0.1", "e=::1"]);
	});

	for (const [input, key] of [
		["build-args", "buildArgs"],
		["labels", "labels"],
		["annotations", "annotations"],
	] as const) {
		test(`${input} keep their values as they are`, () => {
			const raw = '  A=b, c\n#x=y\nD==e="f" \n\n"G=1\n2 ""3"""\nURL=https://a/#b\nEMPTY=';
			const items = ["A=b, c", "#x=y", 'D==e="f" ', 'G=1\n2 "3"', "URL=https://a/#b", "EMPTY="];
			assert.deepEqual(build({ [input]: raw })[key], items);
		});
	}

	test("the others are one item a line, commas and quotes left alone", () => {
		const lists = build({
			...{ "build-contexts": "a=../a,b\nc=https://x/y", ssh: "default\nk=/a,/b" },
			...{ outputs: 'type=oci,"dest=a,b"\nout', ulimit: "nofile=1024:4096\ncore=-1" },
			"build-extra-args": "--cgroup-parent\nci\n--call=check",
		});
		assert.deepEqual(lists.buildContexts, ["a=../a,b", "c=https://x/y"]);
		assert.deepEqual(lists.ssh, ["default", "k=/a,/b"]);
		assert.deepEqual(lists.outputs, ['type=oci,"dest=a,b"', "out"]);
		assert.deepEqual(lists.ulimits, ["nofile=1024:4096", "core=-1"]);
		assert.deepEqual(lists.extraArgs, ["--cgroup-parent", "ci", "--call=check"]);
	});

	test("a build argument may come from the environment, a label may be empty", () => {
		assert.deepEqual(build({ "build-args": "HTTP_PROXY" }).buildArgs, ["HTTP_PROXY"]);
		assert.deepEqual(build({ labels: "quiet" }).labels, ["quiet"]);
	});
});

describe("secrets", () => {
	test("values reach the build to the last blank", () => {
		const raw = 'A= one, "two" \n"B=1\n\n ""2""\n"\nC={"k":"v"}\nD=a=b\n';
		assert.deepEqual(build({ secrets: raw }).secrets, [
			{ id: "A", value: ' one, "two" ' },
			{ id: "B", value: '1\n\n "2"\n' },
			{ id: "C", value: '{"k":"v"}' },
			{ id: "D", value: "a=b" },
		]);
	});

	test("environment variables and files are named", () => {
		const raw = { "secret-envs": "a=TOKEN_A,b=TOKEN_B", "secret-files": "c=./x,y.txt" };
		const { secretEnvs, secretFiles } = build(raw, { ...env, TOKEN_A: "x", TOKEN_B: "" });
		assert.deepEqual(secretEnvs, [
			{ id: "a", env: "TOKEN_A" },
			{ id: "b", env: "TOKEN_B" },
		]);
		assert.deepEqual(secretFiles, [{ id: "c", path: "./x,y.txt" }]);
	});

	test("an empty one, as on a pull request from a fork, is left out with a warning", () => {
		const { build: fork, warnings } = accepted({ context: ".", secrets: "A=\nB=x" });
		assert.deepEqual(fork?.secrets, [{ id: "B", value: "x" }]);
		assert.deepEqual(warnings, ['secrets: "A" is empty and not passed to the build']);
	});

	const refused: readonly (readonly [Raw, RegExp])[] = [
		[{ secrets: "hunter2" }, /^secrets: item 1 has no ID before a "="; allowed: ID=VALUE/],
		[{ secrets: "A=x\n=hunter2" }, /^secrets: item 2 has no ID/],
		[{ secrets: 'A=x\n"KEY=hunter2\nmore' }, /^secrets: line 2 opens with a double quote/],
		[{ secrets: "A=hunter2\nA=hunter2b" }, /^secrets: "A" is given twice; allowed: /],
		[{ secrets: "A=hunter2", "secret-files": "A=x" }, /^secret-files: "A" is given twice; allowed: /],
		[{ secrets: "A=hunter2\0" }, /^secrets: contains a NUL character/],
		[{ "secret-envs": "a=NOT_SET" }, /^secret-envs: "a" names NOT_SET, which is not set; allowed: /],
		[{ "secret-envs": "a=" }, /^secret-envs: "a" names no variable; allowed: ID=ENV/],
		[{ "secret-envs": "hunter2" }, /^secret-envs: item 1 has no ID/],
		[{ "secret-envs": "a=hunter2-value" }, /^secret-envs: "a" names no variable/],
		[{ "secret-files": "a=" }, /^secret-files: "a" names no file; allowed: ID=PATH/],
		[{ "secret-files": "hunter2" }, /^secret-files: item 1 has no ID/],
	];
	for (const [raw, problem] of refused) {
		test(`${JSON.stringify(raw)} is refused without showing a value`, () => {
			const found = problems({ context: ".", ...raw });
			assert.equal(found.length, 1);
			assert.match(found[0] ?? "", problem);
			assert.doesNotMatch(found[0] ?? "", /hunter2/);
		});
	}
});

describe("without context", () => {
	const orphans: Raw = {
		...{ file: "f", target: "t", tags: "a", "build-args": "A", "build-contexts": "a=b", labels: "l=m" },
		...{ annotations: "a=b", platforms: "linux", secrets: "A=hunter2", "secret-envs": "a=HOME" },
		...{ "secret-files": "a=b", ssh: "default", network: "host", "add-hosts": "d:10.0.0.1", allow: "x" },
		...{ pull: "true", "no-cache": "true", "no-cache-filters": "a", push: "true", load: "true" },
		...{ outputs: "o", provenance: "true", sbom: "true", "shm-size": "1g", ulimit: "core=1" },
		"build-extra-args": "--x",
	};
	for (const [input, value] of Object.entries(orphans)) {
		test(`${input} has nothing to act on`, () => {
			const found = problems({ [input]: value });
			assert.deepEqual(found, [`${input}: needs context, without which nothing is built`]);
		});
	}

	test("the defaults of action.yml don't count, and builder serves the wiring", () => {
		const inputs = accepted({ push: "false", pull: "false", "no-cache": "false", builder: "big" });
		assert.equal(inputs.build, undefined);
		assert.equal(inputs.builder, "big");
	});
});

describe("a step is refused", () => {
	const cases: readonly (readonly [Raw, RegExp])[] = [
		[{ context: "-" }, /^context: "-"; allowed: a path or a URL/],
		[{ context: "{{defaultContext}}:sub" }, /^context: .* is no template here; allowed: /],
		[{ context: "https://me:hunter2@x/{{y}}" }, /^context: "https:\/\/\*\*\*@x/],
		[{ push: "yes" }, /^push: "yes"; allowed: true, false$/],
		[{ pull: "1" }, /^pull: "1"; allowed: true, false$/],
		[{ "no-cache": "tRUE" }, /^no-cache: "tRUE"; allowed: true, false$/],
		[{ load: "on" }, /^load: "on"; allowed: true, false$/],
		[{ tags: "ok:1,Not Ok" }, /^tags: "Not Ok"; allowed: /],
		[{ platforms: "linux amd64" }, /^platforms: "linux amd64"; allowed: /],
		[{ "add-hosts": "docker" }, /^add-hosts: "docker"; allowed: HOST:IP/],
		[{ ulimit: "nofile=4096:1024" }, /^ulimit: "nofile=4096:1024"; allowed: /],
		[{ "shm-size": "big" }, /^shm-size: "big"; allowed: /],
		[{ provenance: "max" }, /^provenance: "max"; allowed: true, false, or attributes/],
		[{ sbom: "yes" }, /^sbom: "yes"; allowed: /],
		[{ "build-args": "=hunter2" }, /^build-args: "="; allowed: NAME=VALUE or NAME$/],
		[{ "build-args": '"A=hunter2' }, /^build-args: line 1 opens with a double quote/],
		[{ labels: "=v" }, /^labels: "="; allowed: /],
		[{ annotations: "k" }, /^annotations: "k"; allowed: /],
		[{ "build-contexts": "../x" }, /^build-contexts: "..\/x"; allowed: NAME=PATH/],
		[{ ssh: "=/sock" }, /^ssh: "=\/sock"; allowed: /],
		[{ "build-extra-args": "--cgroup-parent ci" }, /^build-extra-args: .*; allowed: one argument a line/],
		[{ file: "a\0b" }, /^file: contains a NUL character/],
		[{ builder: "a\0" }, /^builder: contains a NUL character/],
	];
	for (const [raw, problem] of cases) {
		test(JSON.stringify(raw), () => {
			const found = problems({ context: ".", ...raw });
			assert.equal(found.length, 1, found.join("\n"));
			assert.match(found[0] ?? "", problem);
			assert.doesNotMatch(found[0] ?? "", /hunter2/);
		});
	}
});
