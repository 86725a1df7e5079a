import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { githubCache } from "../../src/runner/cache-service.ts";

/** What the environment tells, without asking anyone: there is no program to ask with. */
const told = (env: NodeJS.ProcessEnv) => githubCache({ RUNNER_TEMP: "/nowhere", ...env }, "/nowhere");

const second = {
	ACTIONS_CACHE_SERVICE_V2: "true",
	ACTIONS_RESULTS_URL: "https://results.example/",
	ACTIONS_RUNTIME_TOKEN: "token",
};

describe("GitHub's cache service", () => {
	it("is there where the runner names it", () => {
		assert.equal(told(second).absent, undefined);
		assert.equal(told({ ...second, GITHUB_SERVER_URL: "https://octo.ghe.com" }).absent, undefined);
		assert.equal(told({ ACTIONS_CACHE_URL: "http://127.0.0.1:1/" }).absent, undefined);
	});

	it("is absent without an address or a token", () => {
		for (const [env, name] of [
			[{}, "ACTIONS_CACHE_URL"],
			[{ ACTIONS_CACHE_SERVICE_V2: "true" }, "ACTIONS_RESULTS_URL"],
			[{ ...second, ACTIONS_RUNTIME_TOKEN: "" }, "ACTIONS_RUNTIME_TOKEN"],
			// GitHub Enterprise Server has the first version only, whatever else is set.
			[{ ...second, GITHUB_SERVER_URL: "https://git.example" }, "ACTIONS_CACHE_URL"],
		] as const) {
			const clause = `this runner offers no cache service (${name} is not set); give cache: local`;
			assert.equal(told(env).absent, clause);
		}
	});

	it("is used as ACTIONS_CACHE_MODE allows", async () => {
		assert.match(told({ ...second, ACTIONS_CACHE_MODE: "none" }).absent ?? "", /^ACTIONS_CACHE_MODE is none/);
		const reading = told({ ...second, ACTIONS_CACHE_MODE: "Read" });
		assert.equal(reading.absent, undefined);
		const problem = "ACTIONS_CACHE_MODE is read: the job may not save to GitHub's cache service";
		assert.deepEqual(await reading.save("key"), { kind: "denied", problem });
		assert.equal(told({ ...second, ACTIONS_CACHE_MODE: "write" }).readOnly, undefined);
	});

	it("has its staging folder where the path has no white space", () => {
		assert.equal(told(second).staging, "/nowhere/berth-carry");
		assert.doesNotMatch(told({ ...second, RUNNER_TEMP: "/my runner/_temp" }).staging, /\s/);
	});

	it("is asked for nothing where it is absent", async () => {
		for (const came of [await told({}).restore(["key"]), await told({}).save("key")])
			assert.equal(came.kind, "failed");
	});
});
