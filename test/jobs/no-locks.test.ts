import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { csvFields } from "../../src/build/csv.ts";
import type { BuildInputs } from "../../src/build/inputs.ts";
import type { CacheInputs } from "../../src/cache/inputs.ts";
import { buildWithCache } from "../../src/jobs/build-with-cache.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { wireCache } from "../../src/jobs/wire-cache.ts";
import type { Ran, Run } from "../../src/runner/run.ts";
import { run as runProgram } from "../../src/throwaway/command.ts";
import { newScene, type Scene } from "../action/scene.ts";
import { plainBuild } from "../build/plain-build.ts";
import { look } from "../cache/disk.ts";

/** Runs programs with the scene's engine; buildx finds it can't lock any local cache that it is to write. */
function lockless({ engine }: Scene, ran: string[][]): Run {
	return async (program, args): Promise<Ran> => {
		ran.push([...args]);
		for (const arg of args) {
			const dest = csvFields(arg)?.find((field) => field.startsWith("dest="));
			// Where the lock is to be lies something else: buildx says the same as of a file system without locks.
			if (dest !== undefined)
				mkdirSync(join(dest.slice("dest=".length), "index.json.lock"), { recursive: true });
		}
		const env = { ...process.env, ...engine.env };
		const { code, stdout, stderr } = await runProgram(program, args, { env });
		return { kind: "exited", code: code ?? 1, stdout, stderr };
	};
}

describe("a cache root on a file system without locks", () => {
	it("costs the build its cache, not its success", async (t) => {
		const scene = await newScene(t);
		const ran: string[][] = [];
		const [warnings, outputs] = [[] as string[], new Map<string, string>()];
		const tools = {
			run: lockless(scene, ran),
			log: { info: () => undefined, debug: () => undefined, warning: (line: string) => warnings.push(line) },
			step: { output: (name: string, value: string) => outputs.set(name, value) },
			me: { runner: "runner", job: "job" },
			mayWrite: () => ({ write: true, reason: "" }),
			builderId: undefined,
			env: { BUILDKIT_PROGRESS: "plain" },
			tempDir: scene.dir,
			now: () => new Date(),
		} as unknown as Tools;
		const cache: CacheInputs = {
			mode: "local",
			name: "app",
			root: scene.root,
			exportMode: "max",
			compression: "zstd",
			write: "auto",
			from: [],
			to: ["type=inline"],
			maxAgeMs: 1,
		};
		const wired = wireCache({ cache, builder: undefined, engineId: null }, tools);
		assert.ok(wired.hold !== undefined);
		const build: BuildInputs = {
			...plainBuild,
			...{ context: scene.context(["RUN echo @ > /one"]), load: true, tags: [scene.nonce] },
		};
		const request = { build, builder: undefined, wired, loadInto: undefined };
		const { problem, hold } = await buildWithCache(request, tools);
		assert.equal(problem, undefined);
		assert.equal(hold, wired.hold);
		assert.match(outputs.get("imageid") ?? "", /^sha256:/);
		assert.equal(warnings.length, 1);
		assert.match(warnings[0] ?? "", /^cache-root: its file system refuses the lock .*could not lock \//);
		const told = ran.map((args) => args.filter((arg) => /^type=/.test(arg)));
		assert.deepEqual(told.at(-1), ["type=inline"]);
		assert.equal(told.length, 2);
		assert.equal(look(scene.root, "app").clones.length, 1);
	});
});
