import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import { tidyEngine } from "../../src/jobs/tidy-engine.ts";
import type { Log } from "../../src/runner/log.ts";
import { engine } from "../engines/index.ts";
import { startProxy } from "../image/engine-proxy.ts";

const inputs = {
	...({ mode: "job", prefixes: ["nobody.invalid"], minAgeMs: 0, keepImages: [], keepBases: "off" } as const),
};
const me = { runner: "tidy-engine-test", job: "job" };

/** The post step's cleanup of an engine that some of its calls never come back from. */
async function tidied(swallows: (path: string) => boolean): Promise<string[]> {
	const lent = await engine("overlay2");
	const proxy = await startProxy(lent.host, {
		before: ({ path }) => (swallows(path) ? new Promise(() => undefined) : undefined),
	});
	const dir = mkdtempSync(join(tmpdir(), "berth-tidy-engine-"));
	const warnings: string[] = [];
	const silent = () => undefined;
	const log: Log = {
		...{ info: silent, debug: silent, group: silent, annotate: silent },
		warning: (message) => void warnings.push(message),
	};
	try {
		const env = { ...process.env, DOCKER_HOST: proxy.host };
		const tools = {
			...{ log, engine: dockerEngine(env) },
			upkeep: dockerUpkeep(env, { askMs: 300, workMs: 300, pruneMs: 300 }),
		};
		const answer = await dockerEngine(lent.env).info();
		assert.ok(answer.kind === "reachable");
		const arrival = {
			...{ engineId: answer.info.id, mark: "20260101T000000Z-0000000000000000", marked: true },
			...{ sinceMs: answer.info.timeMs, notes: join(dir, "none") },
		};
		const state = { me, root: dir, cache: null, cleanup: { inputs, arrival } };
		const { removed } = await tidyEngine(state.cleanup, state, tools);
		assert.deepEqual(removed, []);
		return warnings;
	} finally {
		rmSync(dir, { recursive: true });
		await proxy.close();
	}
}

describe("the post step, at an engine that falls silent", () => {
	for (const what of ["/volumes", "/containers/json", "/images/json"])
		it(`gives up with a warning where it never answers ${what}`, async () => {
			const warnings = await tidied((path) => path.startsWith(what));
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? "", /^cleanup: nothing was removed from the engine: /);
		});

	it("goes on without what only tells it more", async () => {
		assert.deepEqual(await tidied((path) => path.startsWith("/events")), []);
	});
});
