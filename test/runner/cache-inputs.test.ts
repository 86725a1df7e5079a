import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accepted, env, problems, type Raw } from "./parsing.ts";

test("a name alone wires up a local cache with the contract's defaults and builds nothing", () => {
	const { cache, build, warnings } = accepted({ name: " my app " });
	assert.equal(build, undefined);
	assert.deepEqual(warnings, []);
	assert.deepEqual(cache, {
		mode: "local",
		name: "my app",
		root: "/home/me/.cache/berth",
		exportMode: "max",
		write: "auto",
		from: [],
		to: [],
		maxAgeMs: 14 * 86_400_000,
	});
});

test("every cache input is taken", () => {
	const { cache } = accepted({
		...{ cache: "local", "cache-root": "/c", "cache-mode": "min", "cache-compression": "zstd" },
		...{ "cache-write": "never", "cache-max-age": "6h", "cache-max-size": "10%" },
		"cache-from": "u/a:cache\n\ntype=registry,ref=x\ntype=local,src=/elsewhere",
		"cache-to": 'type=s3,"bucket=a,b"',
	});
	assert.deepEqual(cache, {
		...{ mode: "local", name: "app", root: "/c", exportMode: "min", compression: "zstd", write: "never" },
		...{ maxAgeMs: 21_600_000, maxSize: { kind: "percent", percent: 10 } },
		from: ["u/a:cache", "type=registry,ref=x", "type=local,src=/elsewhere"],
		to: ['type=s3,"bucket=a,b"'],
	});
});

test("cache: off needs no name", () => {
	assert.equal(accepted({ name: "", cache: "off" }).cache.mode, "off");
	assert.match(problems({ name: "" }).join(), /^name: "" is missing; allowed: /);
});

describe("where the berths lie", () => {
	const cases: readonly (readonly [string, NodeJS.ProcessEnv, string])[] = [
		["", { HOME: "/h" }, "/h/.cache/berth"],
		["", { HOME: "/h", XDG_CACHE_HOME: "/x" }, "/x/berth"],
		["", { HOME: "/h", XDG_CACHE_HOME: "x" }, "/h/.cache/berth"],
		["", { HOME: "/h", XDG_CACHE_HOME: "" }, "/h/.cache/berth"],
		["", { HOME: "/h", XDG_CACHE_HOME: "/x", BERTH_CACHE_ROOT: "/b" }, "/b"],
		["", { HOME: "/h", BERTH_CACHE_ROOT: "~/b" }, "/h/b"],
		["/c/../d/", { HOME: "/h", BERTH_CACHE_ROOT: "/b" }, "/d"],
		["~/my cache", { HOME: "/h" }, "/h/my cache"],
		["~", { HOME: "/h" }, "/h"],
		["./~x", { GITHUB_WORKSPACE: "/w" }, "/w/~x"],
		["sub/c", { GITHUB_WORKSPACE: "/w" }, "/w/sub/c"],
		["sub/c", {}, `${process.cwd()}/sub/c`],
	];
	for (const [root, environment, path] of cases) {
		test(`${JSON.stringify(root)} with ${JSON.stringify(environment)} is ${path}`, () => {
			assert.equal(accepted({ "cache-root": root }, environment).cache.root, path);
		});
	}

	for (const home of [{}, { HOME: "" }, { HOME: "not/absolute" }]) {
		test(`without a home there is no default: ${JSON.stringify(home)}`, () => {
			assert.match(problems({}, home).join(), /^cache-root: "~\/.cache\/berth" needs HOME; allowed: /);
		});
	}
});

describe("a step is refused", () => {
	const cases: readonly (readonly [Raw, RegExp])[] = [
		[{ cache: "Local" }, /^cache: "Local"; allowed: local, github, off$/],
		[{ "cache-mode": "maximum" }, /^cache-mode: "maximum"; allowed: min, max$/],
		[{ "cache-compression": "xz" }, /^cache-compression: "xz"; allowed: gzip, zstd, uncompressed$/],
		[{ "cache-write": "true" }, /^cache-write: "true"; allowed: auto, always, never$/],
		[{ "cache-max-age": "2 weeks" }, /^cache-max-age: "2 weeks"; allowed: .*14d/],
		[{ "cache-max-size": "20" }, /^cache-max-size: "20"; allowed: .*20GB/],
		[{ "cache-max-size": "0%" }, /^cache-max-size: "0%"; allowed: /],
		[{ "cache-root": "~bob/c" }, /^cache-root: "~bob\/c"; allowed: /],
		[{ "cache-root": "/a\0b" }, /^cache-root: contains a NUL character/],
		[{ "cache-from": "src=/x" }, /^cache-from: entry 1 can't be read; allowed: /],
		[
			{ "cache-to": 'u/a\ntype=s3,secret_access_key=hu"nter2' },
			/^cache-to: entry 2 can't be read; allowed: /,
		],
		[{ "cache-mode": "x".repeat(200) }, /^cache-mode: "x{80}…"; allowed: min, max$/],
		[{ "cache-mode": 'a\n"b"' }, /^cache-mode: "a\\n\\"b\\""; allowed: min, max$/],
	];
	for (const [raw, problem] of cases) {
		test(JSON.stringify(raw).slice(0, 90), () => {
			const found = problems(raw);
			assert.equal(found.length, 1);
			assert.match(found[0] ?? "", problem);
			assert.doesNotMatch(found[0] ?? "", /nter2/);
		});
	}
});

describe("a local cache of one's own must not lie among the berths", () => {
	const root = { "cache-root": "/c/berth" };
	const inside: readonly Raw[] = [
		{ "cache-from": "type=local,src=/c/berth" },
		{ "cache-from": "u/a\ntype=local,src=/c/berth/berths/x" },
		{ "cache-to": "type=local,dest=/c/x/../berth/berths/x,mode=max" },
		{ "cache-to": 'DEST=/c/berth/y,"type=local"' },
		{ "cache-to": "type=local,dest=../../c/berth/..x" },
		{ "cache-to": "type=local,dest=/c/berth/x", cache: "off" },
	];
	for (const raw of inside) {
		test(`${JSON.stringify(raw)} is refused`, () => {
			assert.match(
				problems({ ...root, ...raw }).join(),
				/lies in the cache-root "\/c\/berth"; allowed: a local/,
			);
		});
	}
	for (const entry of ["type=local,dest=/c/berth2", "type=local,dest=/c", "type=s3,dest=/c/berth/x"]) {
		test(`${entry} is let through`, () => {
			assert.deepEqual(accepted({ ...root, "cache-to": entry }).cache.to, [entry]);
		});
	}
});

describe("extra-args-env", () => {
	test("takes a name of one's own", () => {
		const name = "CI_IMAGE_BUILD_EXTRA_ARGS";
		assert.equal(accepted({ "extra-args-env": name }).cache.extraArgsEnv, name);
		assert.equal(accepted({ "extra-args-env": "_x1" }).cache.extraArgsEnv, "_x1");
	});

	for (const name of ["1A", "A-B", "A B", "A=B", "A\nB", "Ä"]) {
		test(`${JSON.stringify(name)} is no name`, () => {
			assert.match(
				problems({ "extra-args-env": name, "cache-root": "/a b" }).join(),
				/^extra-args-env: ".*"; allowed: letters/,
			);
		});
	}
	for (const name of [
		...["GITHUB_TOKEN", "RUNNER_TEMP", "ACTIONS_RUNTIME_TOKEN", "INPUT_NAME", "NODE_OPTIONS", "PATH", "Path"],
		...["HOME", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "BASH_ENV", "DOCKER_HOST", "IFS"],
	]) {
		test(`${name} is not to be overwritten`, () => {
			assert.match(problems({ "extra-args-env": name }).join(), /is in use by others; allowed: /);
		});
	}
	for (const name of ["PATHS", "MY_GITHUB_ARGS", "HOMEPAGE"]) {
		test(`${name} is free`, () =>
			assert.equal(accepted({ "extra-args-env": name }).cache.extraArgsEnv, name));
	}

	test("has nothing to export with cache: off", () => {
		assert.match(
			problems({ "extra-args-env": "X", cache: "off" }).join(),
			/^extra-args-env: "X" would stay empty/,
		);
	});

	for (const root of ["/my cache", "/my\ncache", "/it's", '/a"b', "/a*", "/a?", "/a[1]", "/a\tb", "/a\\b"]) {
		test(`a cache-root ${JSON.stringify(root)} would fall apart unquoted`, () => {
			const found = problems({ "extra-args-env": "X", "cache-root": root });
			assert.match(found.join(), /^cache-root: .* would fall apart in an unquoted \$X; allowed: /);
			assert.equal(accepted({ "cache-root": root }).cache.root, root);
		});
	}

	test("a further entry that would fall apart is named by its place", () => {
		const raw = { "extra-args-env": "X", "cache-to": "u/a\ntype=s3,secret_access_key=hun ter2" };
		const found = problems(raw);
		assert.match(found.join(), /^cache-to: entry 2 would fall apart in an unquoted \$X; allowed: /);
		assert.doesNotMatch(found.join(), /ter2/);
	});
});

test("everything that is wrong is told at once", () => {
	const found = problems({
		name: "",
		cache: "s3",
		"cache-mode": "x",
		"cache-max-age": "x",
		context: ".",
		push: "y",
	});
	assert.deepEqual(
		found.map((problem) => problem.split(":")[0]),
		["cache", "name", "cache-mode", "cache-max-age", "push"],
	);
});

test("nothing but the environment given is read", () => {
	assert.equal(accepted({}, { ...env, XDG_CACHE_HOME: "/x" }).cache.root, "/x/berth");
});
