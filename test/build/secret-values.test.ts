import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maskable } from "../../src/build/secret-values.ts";
import { plainBuild } from "./plain-build.ts";

const nothing = { cacheEntries: [], env: {} };

test("without secrets there is nothing to mask", () => {
	assert.deepEqual(maskable({ ...nothing, build: plainBuild }), []);
	assert.deepEqual(maskable(nothing), []);
});

test("a secret is masked whole and, over several lines, line by line but for the short ones", () => {
	const value = "-----BEGIN KEY-----\r\n  abcdef\n}\n\n-----END KEY-----";
	const build = { ...plainBuild, secrets: [{ id: "k", value }] };
	assert.deepEqual(maskable({ ...nothing, build }), [
		value,
		"-----BEGIN KEY-----",
		"abcdef",
		"-----END KEY-----",
	]);
});

test("variables named in secret-envs are masked, unset or blank ones not", () => {
	const secretEnvs = ["A", "B", "C"].map((env) => ({ id: env, env }));
	const masks = maskable({
		cacheEntries: [],
		env: { A: "hunter2", B: "  " },
		build: { ...plainBuild, secretEnvs },
	});
	assert.deepEqual(masks, ["hunter2"]);
});

describe("credentials in cache entries and outputs", () => {
	const cases: readonly (readonly [string, readonly string[]])[] = [
		["type=registry,ref=u/a:cache,mode=max", []],
		["u/a:cache", []],
		[
			"type=s3,bucket=b,access_key_id=AKIA1,secret_access_key=s/c+r=,session_token=tok",
			["AKIA1", "s/c+r=", "tok"],
		],
		['type=azblob,"secret_access_key=a,b",account_key=k9', ["a,b", "k9"]],
		["type=gha,ghtoken=ghs_1,token=t0ken", ["ghs_1", "t0ken"]],
		["type=x,PASSWORD=pw12", ["pw12"]],
		['type=s3,secret_access_key=bro"ken', ['bro"ken']],
		["type=s3,endpoint_url=https://me:pw99@s3.example.com", ["pw99"]],
	];
	for (const [entry, masks] of cases) {
		test(entry, () => {
			assert.deepEqual(maskable({ env: {}, cacheEntries: [entry] }), masks);
			const build = { ...plainBuild, outputs: [entry] };
			assert.deepEqual(maskable({ ...nothing, build }), masks);
		});
	}
});

describe("credentials in URLs of contexts", () => {
	const cases: readonly (readonly [string, readonly string[]])[] = [
		["https://github.com/o/r.git#main", []],
		["git@github.com:o/r.git", []],
		["ssh://git@github.com/o/r.git", []],
		["./a@b", []],
		["https://example.com/a@b", []],
		["https://ghp_123@github.com/o/r.git", ["ghp_123"]],
		["https://ghp_123:@github.com/o/r.git", ["ghp_123"]],
		["https://ghp_123:x-oauth-basic@github.com/o/r.git", ["ghp_123"]],
		["https://x-access-token:ghs_9@github.com/o/r.git", ["ghs_9"]],
		["https://me:p%40ss@example.com/x.tar", ["p%40ss", "p@ss"]],
		["https://me:50%@example.com/x.tar", ["50%"]],
	];
	for (const [url, masks] of cases) {
		test(url, () => {
			assert.deepEqual(maskable({ ...nothing, build: { ...plainBuild, context: url } }), masks);
			const build = { ...plainBuild, buildContexts: [`src=${url}`] };
			assert.deepEqual(maskable({ ...nothing, build }), masks);
		});
	}
});
