import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cacheEntries } from "../../src/runner/cache-entries.ts";
import { silence } from "../carry/blob-host.ts";
import { startCachesApi, tokens } from "../carry/caches-api.ts";

const created_at = "2026-11-01T10:00:00.123Z";
const entry = (id: number, key: string) => ({ id, key, ref: "refs/heads/main", created_at });

describe("the repository's cache entries", () => {
	it("are listed by the beginning of their key, over all pages", async (t) => {
		const many = Array.from({ length: 200 }, (_, index) => entry(index + 1, `mine-${index}`));
		const { env } = await startCachesApi(t, [...many, entry(900, "other-1")]);
		const listed = await cacheEntries(env, tokens.reads)?.list("mine-");
		const expected = many.map(({ id, key, ref }) => ({ id, key, ref, createdMs: Date.parse(created_at) }));
		assert.deepEqual(listed, { kind: "listed", entries: expected });
		assert.deepEqual(await cacheEntries(env, tokens.reads)?.list("?"), { kind: "listed", entries: [] });
	});

	it("are deleted one by one, and one that is gone is no problem", async (t) => {
		const api = await startCachesApi(t, [entry(1, "a"), entry(2, "a")]);
		const mine = cacheEntries(api.env, tokens.writes);
		assert.deepEqual(await mine?.remove(1), { kind: "removed" });
		assert.deepEqual(await mine?.remove(1), { kind: "removed" });
		assert.deepEqual(
			api.entries.map(({ id }) => id),
			[2],
		);
	});

	it("name the permission that a token lacks", async (t) => {
		const api = await startCachesApi(t, [entry(1, "a")]);
		const problem = "the token may not (HTTP 403): give the job the permission actions: write";
		assert.deepEqual(await cacheEntries(api.env, tokens.reads)?.remove(1), { kind: "refused", problem });
		api.faults.push(404);
		const listed = await cacheEntries(api.env, tokens.reads)?.list("a");
		assert.deepEqual(listed, { kind: "refused", problem: problem.replace("403", "404") });
		const unknown = await cacheEntries(api.env, "expired")?.list("a");
		assert.match(unknown?.kind === "refused" ? unknown.problem : "", /doesn't know the token/);
	});

	it("are all listed or none", async (t) => {
		const many = Array.from({ length: 150 }, (_, index) => entry(index + 1, "a"));
		const api = await startCachesApi(t, many);
		const half = JSON.stringify({ total_count: 151, actions_caches: many.slice(0, 100) });
		api.faults.push((response) => response.end(half));
		const problem = "the cache entries changed while they were listed";
		const mine = cacheEntries(api.env, tokens.reads);
		assert.deepEqual(await mine?.list("a"), { kind: "refused", problem });
		for (const broken of ['{"total_count": 1, "actions_caches": [{"id": "1"}]}', "<html>", "[]", "null"]) {
			api.faults.push((response) => response.end(broken));
			assert.equal((await mine?.list("a"))?.kind, "refused", broken);
		}
	});

	it("are not waited for", async (t) => {
		const api = await startCachesApi(t);
		api.faults.push(silence, (response) => response.writeHead(200, { "content-length": 9 }).write("{"));
		const mine = cacheEntries(api.env, tokens.reads, 300);
		for (let times = 0; times < 2; times += 1) {
			const listed = await mine?.list("a");
			assert.match(listed?.kind === "refused" ? listed.problem : "", /^no answer within 0\.3 s from 127/);
		}
	});

	it("need a token", () => {
		assert.equal(cacheEntries({ GITHUB_REPOSITORY: "octo/repo" }, ""), undefined);
	});
});
