import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { runFile, startFile } from "../action/run-file.ts";
import { mountMemory } from "../cache/mounts.ts";
import { silence } from "./blob-host.ts";
import { startCacheServer } from "./cache-service-v2.ts";
import { jobCache } from "./jobs-cache.ts";

const main = { ref: "refs/heads/main" };
const impatient = { lookUpMs: 3_000, restoreMs: 3_000, saveMs: 3_000 };
const late = { kind: "failed", problem: "it was not done in time" };
const oneCall = fileURLToPath(new URL("one-call.ts", import.meta.url));
const server = await startCacheServer({ after });

describe("a cache service that fails", () => {
	it("gets another try after an error of its own", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		server.faults.set("CreateCacheEntry", [500]);
		assert.deepEqual(await job.save("another-try"), { kind: "saved" });
		server.faults.set("GetCacheEntryDownloadURL", [503]);
		assert.equal((await job.restore(["another-try"])).kind, "restored");
	});

	it("is told of in a clause when it refuses", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		server.faults.set("CreateCacheEntry", [429]).set("GetCacheEntryDownloadURL", [400]);
		const saved = await job.save("refused");
		assert.equal(
			saved.kind === "failed" && /\(429\) Too Many/.test(saved.problem),
			true,
			JSON.stringify(saved),
		);
		const found = await job.lookUp(["refused"]);
		assert.equal(found.kind === "failed" && /\(400\) Bad/.test(found.problem), true, JSON.stringify(found));
	});

	it("is not waited for when it says nothing", async (t) => {
		const job = jobCache(t, server.env(main), impatient);
		job.stage({ file: "" });
		server.faults.set("GetCacheEntryDownloadURL", [silence, silence]).set("CreateCacheEntry", [silence]);
		const calls = [job.restore(["silent"]), job.lookUp(["silent"]), job.save("silent")];
		assert.deepEqual(await Promise.all(calls), [late, late, late]);
		assert.deepEqual(readdirSync(job.temp), ["berth-carry"]);
		server.faults.clear();
	});

	it("is not waited for when its blob store says nothing", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		await job.save("silent-blobs");
		const other = jobCache(t, server.env(main), impatient);
		other.stage({ file: "" });
		server.blobs.faults.push(silence, silence);
		const calls = [other.restore(["silent-blobs"]), other.save("silent-blobs-2")];
		assert.deepEqual(await Promise.all(calls), [late, late]);
		server.blobs.faults.splice(0);
	});

	it("is out of reach", async (t) => {
		const gone = jobCache(t, { ...server.env(main), ACTIONS_RESULTS_URL: "http://127.0.0.1:9/" });
		gone.stage({ file: "" });
		for (const came of [await gone.restore(["gone"]), await gone.save("gone")]) {
			assert.equal(came.kind === "failed" && /ECONNREFUSED/.test(came.problem), true, JSON.stringify(came));
		}
	});
});

describe("an entry", () => {
	it("that is cut short adds nothing", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ "a/first": randomBytes(300_000), "b/last": randomBytes(300_000) });
		await job.save("cut");
		await server.truncate("cut");
		const other = jobCache(t, server.env(main));
		other.stage({ mine: "mine" });
		const came = await other.restore(["cut"]);
		assert.equal(came.kind === "failed" && /tar/i.test(came.problem), true, JSON.stringify(came));
		assert.deepEqual(other.staged(), { mine: "mine" });
		assert.deepEqual(readdirSync(other.temp), ["berth-carry"]);
	});

	it("that is evicted before it is downloaded is a failure", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ file: "" });
		await job.save("evicted");
		await server.evict("evicted");
		assert.equal((await job.lookUp(["evicted"])).kind, "restored");
		const came = await job.restore(["evicted"]);
		assert.equal(came.kind, "failed");
		assert.match(JSON.stringify(came), /evicted/);
		assert.doesNotMatch(JSON.stringify(came), /sig=/);
	});

	it("that doesn't fit on the disk is a failure", async (t) => {
		const job = jobCache(t, server.env(main));
		job.stage({ large: randomBytes(3_000_000) });
		await job.save("too-large");
		const other = jobCache(t, { ...server.env(main), RUNNER_TEMP: mountMemory(t) });
		const came = await other.restore(["too-large"]);
		assert.equal(came.kind === "failed" && /no space left/i.test(came.problem), true, JSON.stringify(came));
		other.stage({ large: randomBytes(700_000) });
		const saved = await other.save("too-large-2");
		assert.equal(
			saved.kind === "failed" && /no space left/i.test(saved.problem),
			true,
			JSON.stringify(saved),
		);
	});
});

describe("a step", () => {
	it("prints nothing of what the SDK says", async (t) => {
		const { temp, env: clean } = jobCache(t, server.env({ ...main, readOnly: true }));
		const result = join(temp, "result");
		const saved = await runFile(oneCall, ["save", result, "denied"], clean);
		assert.deepEqual(saved, { code: 0, log: "" });
		const { kind, problem } = JSON.parse(readFileSync(result, "utf8")) as Record<string, string>;
		assert.equal(kind, "denied");
		assert.equal(problem, "cache write denied: the token is read-only");
	});

	it("that is killed takes its call with it", async (t) => {
		const { temp, env: clean } = jobCache(t, server.env(main));
		const asked = new Promise<ServerResponse>((resolve) => {
			server.faults.set("GetCacheEntryDownloadURL", [resolve]);
		});
		const { child, ended } = startFile(oneCall, ["restore", join(temp, "result"), "killed"], { env: clean });
		const response = await asked;
		const closed = once(response, "close");
		child.kill("SIGKILL");
		await Promise.all([closed, ended]);
	});
});
