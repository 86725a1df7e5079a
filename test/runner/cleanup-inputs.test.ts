import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accepted, problems, type Raw } from "./parsing.ts";

test("the post step removes what the job brought, and keeps base images that cost no download", () => {
	assert.deepEqual(accepted({}).cleanup, {
		mode: "job",
		prefixes: ["cst.oci.local"],
		minAgeMs: 3_600_000,
		keepImages: [],
		keepBases: "free",
	});
});

test("every cleanup input is taken, lists in lines or between commas", () => {
	const { cleanup } = accepted({
		...{
			cleanup: "stale",
			"cleanup-prefixes": "registry.example/me/tests/\nlocalhost:5000, team",
			"cleanup-min-age": "6h",
		},
		...{ "keep-images": "team/base:*\n registry.example/**,a?", "keep-base-images": "pull" },
	});
	assert.deepEqual(cleanup, {
		mode: "stale",
		prefixes: ["registry.example/me/tests", "localhost:5000", "team"],
		minAgeMs: 21_600_000,
		keepImages: ["team/base:*", "registry.example/**", "a?"],
		keepBases: "pull",
	});
	assert.equal(accepted({ cleanup: "off", "keep-base-images": "false" }).cleanup.keepBases, "off");
});

describe("image names can be Berth's to remove", () => {
	const prefixes = [
		"cst.oci.local",
		"docker.io/me",
		"docker.io/library/mine",
		"[::1]:5000/a",
		"a__b/c-d",
		"Host.x/y",
	];
	for (const prefix of prefixes) {
		test(`under ${prefix}`, () =>
			assert.deepEqual(accepted({ "cleanup-prefixes": prefix }).cleanup.prefixes, [prefix]));
	}
	for (const bases of ["docker.io", "docker.io/", "docker.io/library", "index.docker.io", "library/"]) {
		test(`but not under ${bases}, where everyone's base images are`, () => {
			const [problem = "", ...more] = problems({ "cleanup-prefixes": bases });
			assert.match(
				problem,
				/^cleanup-prefixes: "\S+" would make base images Berth's to remove; allowed: a registry, /,
			);
			assert.deepEqual(more, []);
		});
	}
	test("nor where Berth's pins of them are", () => {
		for (const pins of ["berth.invalid", "berth.invalid/base"])
			assert.match(problems({ "cleanup-prefixes": pins }).join(), /would make base images Berth's to remove/);
	});
});

describe("a step is refused", () => {
	const cases: readonly (readonly [Raw, RegExp])[] = [
		[{ cleanup: "all" }, /^cleanup: "all"; allowed: job, stale, off$/],
		[{ "cleanup-prefixes": "/" }, /^cleanup-prefixes: "\/"; allowed: a registry, a path or both/],
		[{ "cleanup-prefixes": "cst.oci.local/a:1" }, /^cleanup-prefixes: .*without a tag/],
		[{ "cleanup-prefixes": "cst.oci.local/*" }, /^cleanup-prefixes: .*without wildcards/],
		[{ "cleanup-prefixes": "registry.example/Me" }, /^cleanup-prefixes: "registry.example\/Me"; allowed: /],
		[{ "cleanup-prefixes": "*" }, /^cleanup-prefixes: "\*"; allowed: /],
		[{ "cleanup-prefixes": "a//b" }, /^cleanup-prefixes: "a\/\/b"; allowed: /],
		[{ "cleanup-min-age": "1 hour" }, /^cleanup-min-age: "1 hour"; allowed: /],
		[{ "keep-images": "[ab]" }, /^keep-images: "\[ab\]"; allowed: a name as docker shows it/],
		[{ "keep-images": "a b" }, /^keep-images: "a b"; allowed: /],
		[{ "keep-base-images": "yes" }, /^keep-base-images: "yes"; allowed: true, false, pull$/],
	];
	for (const [raw, problem] of cases) {
		test(JSON.stringify(raw), () => {
			const found = problems(raw);
			assert.equal(found.length, 1, found.join("\n"));
			assert.match(found[0] ?? "", problem);
		});
	}
});
