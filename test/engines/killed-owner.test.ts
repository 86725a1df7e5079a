import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startThrowawayEngine } from "../../src/throwaway/engine.ts";
import { engineFoldersIn, noTraces, tracesOf } from "./traces.ts";

describe("a throwaway engine whose owner is killed", () => {
	let parent: string;
	const holders: ChildProcess[] = [];

	before(async () => {
		parent = await mkdtemp("/var/tmp/berth-test-");
	});
	after(async () => {
		await Promise.all(holders.map((holder) => end(holder, "SIGTERM")));
		await rm(parent, { recursive: true, force: true });
	});

	/** Starts a process that holds an engine; resolves with both once the engine is up. */
	async function hold(): Promise<{ holder: ChildProcess; dir: string }> {
		const script = join(import.meta.dirname, "holder.ts");
		const holder = spawn(process.execPath, [script, parent], { stdio: ["ignore", "pipe", "inherit"] });
		holders.push(holder);
		const [line] = (await once(holder.stdout, "data")) as [Buffer];
		return { holder, dir: line.toString("utf8").trim() };
	}

	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		it(`ends with it on ${signal}, which still ends the owner`, async () => {
			const { holder, dir } = await hold();
			assert.equal(await end(holder, signal), signal);
			assert.deepEqual(tracesOf(dir), noTraces);
		});
	}

	it("is swept by the next one to start when the owner had no chance", async () => {
		const { holder, dir } = await hold();
		const living = await hold();
		await end(holder, "SIGKILL");
		assert.ok(tracesOf(dir).processes > 0);
		const next = await startThrowawayEngine({ store: "overlay2", dir: parent });
		assert.ok(next.ok);
		try {
			assert.deepEqual(tracesOf(dir), noTraces);
			assert.ok(tracesOf(living.dir).processes > 0);
			assert.equal(engineFoldersIn(parent).length, 2);
		} finally {
			await next.engine.stop();
		}
	});

	it("is refused where the paths of its sockets would be too long", async () => {
		const refused = await startThrowawayEngine({ store: "overlay2", dir: join(parent, "x".repeat(60)) });
		assert.equal(refused.ok ? undefined : refused.reason, "path-too-long");
	});
});

/** Ends a process that may have ended before; resolves with the signal it died of. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
	if (child.signalCode === null && child.exitCode === null) {
		const ended = once(child, "exit");
		child.kill(signal);
		await ended;
	}
	return child.signalCode;
}
