import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fitsGlobs, listingPatterns, underPrefixes } from "../../src/cleanup/names.ts";

describe("names under a prefix", () => {
	const cases: readonly [prefix: string, name: string, isUnder: boolean][] = [
		["cst.oci.local", "cst.oci.local/sha256-a:sha256-a", true],
		["cst.oci.local", "cst.oci.local/deep/er:1", true],
		["cst.oci.local/", "cst.oci.local/a:1", true],
		["cst.oci.local", "cst.oci.localhost/a:1", false],
		["cst.oci.local", "cst.oci.local.evil.example/a:1", false],
		["cst.oci.local", "cst.oci.local:5000/a:1", false],
		["cst.oci.local", "mycst.oci.local/a:1", false],
		["cst.oci.local", "cst.oci.local:1", false],
		["cst.oci.local", "me/cst.oci.local/a:1", false],
		["cst.oci.local:5000", "cst.oci.local:5000/a:1", true],
		["registry.example/me/test", "registry.example/me/test:1", true],
		["registry.example/me/test", "registry.example/me/test/a:1", true],
		["registry.example/me/test", "registry.example/me/testing:1", false],
		["registry.example/me/test", "registry.example/me/test-a:1", false],
		["app", "app:1", true],
		["app", "app/web:1", true],
		["app", "apple:1", false],
		["app", "me/app:1", false],
		["me/app", "me/app:1", true],
		["docker.io/me", "me/app:1", true],
		["index.docker.io/me", "me/app:1", true],
		["library/app", "app:1", true],
		["localhost", "localhost/app:1", true],
		["cst.oci.local", "<none>:<none>", false],
		["cst.oci.local", "sha256:aaaa", false],
	];
	for (const [prefix, name, isUnder] of cases)
		it(`${prefix} ${isUnder ? "means" : "does not mean"} ${name}`, () => {
			assert.equal(underPrefixes([prefix])(name), isUnder);
		});

	it("mean nothing without a prefix", () => {
		assert.equal(underPrefixes([])("cst.oci.local/a:1"), false);
	});

	it("are asked of the engine in the words that docker shows them in", () => {
		assert.deepEqual(listingPatterns(["docker.io/library/app"]).slice(0, 2), ["app", "app/*"]);
		assert.deepEqual(listingPatterns(["cst.oci.local/"]).slice(0, 2), ["cst.oci.local", "cst.oci.local/*"]);
	});
});

describe("names to keep", () => {
	const cases: readonly [glob: string, name: string, fits: boolean][] = [
		["cst.oci.local/keep*", "cst.oci.local/keep-a:1", true],
		["cst.oci.local/keep*", "cst.oci.local/keep/a:1", false],
		["cst.oci.local/**", "cst.oci.local/keep/a:1", true],
		["app", "app:1", true],
		["app:1", "app:1", true],
		["app:?", "app:12", false],
		["app:1", "app:11", false],
		["a.p", "app", false],
		["*:stable", "app:stable", true],
		["(a|b)+", "ab", false],
	];
	for (const [glob, name, fits] of cases)
		it(`${glob} ${fits ? "keeps" : "does not keep"} ${name}`, () => {
			assert.equal(fitsGlobs([glob])(name), fits);
		});
});
