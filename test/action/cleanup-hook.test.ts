import assert from "node:assert/strict";
import { copyFileSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { run } from "../../src/throwaway/command.ts";
import { testStores } from "../engines/index.ts";
import { obeyedCommands } from "./commands.ts";
import { cleanEnvironment, dist, elsewhere, hookSettings, newCorner } from "./corner.ts";
import { runFile, startFile } from "./run-file.ts";

const hook = join(dist, "hook.js");
const top = join(dist, "..");

for (const store of testStores()) {
	describe(`the hook, ${store}`, { concurrency: 2 }, () => {
		it("cleans up as its environment says, and says what it did", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1", "kept:1");
			const env = { ...corner.env, ...hookSettings(corner), BERTH_CLEANUP_KEEP_IMAGES: "**/kept:*" };
			const { code, log } = await runFile(hook, [], env);
			assert.equal(code, 0, log);
			assert.deepEqual(await corner.names(), ["kept:1"]);
			assert.match(log, /^Removed the tag .*\/a:1/m);
			assert.match(log, /^Freed /m);
			assert.deepEqual(obeyedCommands(log), []);
		});
	});
}

describe("the hook's file", { concurrency: 2 }, () => {
	for (const [beside, files] of [
		["nothing", {}],
		["a package.json that says module", { "package.json": '{"type":"module"}' }],
		["a package.json that says commonjs", { "package.json": '{"type":"commonjs"}' }],
	] as const) {
		it(`runs when it lies elsewhere, beside ${beside}`, async (t) => {
			const dir = elsewhere(t, files);
			copyFileSync(hook, join(dir, "hook.js"));
			const { code, log } = await runFile(join(dir, "hook.js"), [], nowhere(dir));
			assert.equal(code, 0, log);
			assert.match(log, /dead\.sock/);
			assert.doesNotMatch(log, /^\s+at /m);
		});
	}

	// Runners run hooks with the Node 20 that they bring (actions/runner, NodeUtil.GetInternalNodeVersion).
	it("is made of nothing that Node 20 doesn't know", async (t) => {
		const config = {
			extends: join(top, "tsconfig.json"),
			// Node 20 has isWellFormed and toWellFormed already.
			compilerOptions: { lib: ["es2023", "es2024.string"], typeRoots: [join(top, "node_modules/@types")] },
			files: [join(top, "src/entry/hook.ts")],
			include: [],
		};
		const dir = elsewhere(t, { "tsconfig.json": JSON.stringify(config) });
		const tsc = join(top, "node_modules/.bin/tsc");
		const { stdout } = await run(process.execPath, [tsc, "--project", dir], { cwd: top });
		assert.equal(stdout, "");
	});
});

describe("the hook ends with 0", { concurrency: 3 }, () => {
	it("on wrong settings, with a line for each, having touched nothing", async (t) => {
		const corner = await newCorner(t, "containerd");
		await corner.bring("a:1");
		const wrong = { BERTH_CLEANUP_DRYRUN: "true", BERTH_HOOK_TIMEOUT: "soon" };
		const { code, log } = await runFile(hook, [], { ...corner.env, ...hookSettings(corner), ...wrong });
		assert.equal(code, 0);
		assert.match(
			log,
			/^Berth's hook does nothing: BERTH_CLEANUP_DRYRUN is no setting; .*\n.*BERTH_HOOK_TIMEOUT: "soon"; .*\n$/,
		);
		assert.deepEqual(await corner.names(), ["a:1"]);
	});

	it("when an engine doesn't answer within its time", async (t) => {
		const { env } = await silentEngine(t);
		const { code, log } = await runFile(hook, [], { ...env, BERTH_HOOK_TIMEOUT: "1s" });
		assert.equal(code, 0, log);
		assert.match(log, /out of time/);
	});

	it("when it is told to end", async (t) => {
		const { env, asked } = await silentEngine(t);
		const running = startFile(hook, [], { env });
		await Promise.race([asked, running.ended]);
		running.child.kill("SIGTERM");
		const { code, log } = await running.ended;
		assert.equal(code, 0, log);
	});

	it("when what does its work is killed", async (t) => {
		const { env, asked } = await silentEngine(t);
		const running = startFile(hook, [], { env });
		await Promise.race([asked, running.ended]);
		const pid = running.child.pid ?? 0;
		const [worker = 0] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
			.trim()
			.split(" ")
			.map(Number);
		process.kill(worker, "SIGKILL");
		const { code, log } = await running.ended;
		assert.deepEqual([code, log], [0, "Berth's hook ended with SIGKILL\n"]);
	});

	it("when nobody takes what it prints", async (t) => {
		const env = nowhere(elsewhere(t));
		const full = openSync("/dev/full", "w");
		assert.equal((await startFile(hook, [], { env, stdio: ["ignore", full, full] }).ended).code, 0);
		const unread = startFile(hook, [], { env });
		unread.child.stdout?.destroy();
		unread.child.stderr?.destroy();
		assert.equal((await unread.ended).code, 0);
	});
});

function nowhere(dir: string): NodeJS.ProcessEnv {
	return { ...cleanEnvironment(), HOME: dir, DOCKER_HOST: `unix://${dir}/dead.sock`, RUNNER_NAME: "hooked" };
}

/** An engine that takes requests and never answers; `asked` resolves when it was asked for something. */
async function silentEngine(t: TestContext): Promise<{ env: NodeJS.ProcessEnv; asked: Promise<void> }> {
	const dir = elsewhere(t);
	const server = createServer();
	const asked = new Promise<void>((resolve) => server.on("connection", () => resolve()));
	await new Promise<void>((resolve) => server.listen(join(dir, "silent.sock"), resolve));
	t.after(() => server.close());
	return { env: { ...nowhere(dir), DOCKER_HOST: `unix://${dir}/silent.sock` }, asked };
}
