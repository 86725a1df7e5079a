import assert from "node:assert/strict";
import {
	chownSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { berthName, newScene, stepsIn, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

describe("a cache root that can't be used", { concurrency: 3 }, () => {
	const roots: { name: string; make: (path: string) => void; said: RegExp; below?: string }[] = [
		{
			name: "a file",
			make: (path) => writeFileSync(path, "x"),
			said: /^cache-root: ".*" is not a directory; remove it/,
		},
		{
			name: "a symbolic link",
			make: (path) => symlinkSync("/var/tmp", path),
			said: /^cache-root: ".*" is a symbolic link; name the directory itself, "\/var\/tmp"/,
		},
		{
			name: "below a file",
			make: (path) => writeFileSync(path, "x"),
			said: /^cache-root: ".*" has a file where a directory should be/,
			below: "cache",
		},
		{
			name: "in a file system that takes no files",
			make: () => undefined,
			said: /^cache-root: "\/sys\/berth" (?:is not permitted to uid 0|lies on a read-only file system)/,
			below: "/sys/berth",
		},
		{
			name: "where the kernel makes no directories",
			make: () => undefined,
			said: /^cache-root: "\/proc\/berth\/cache" can't be made there/,
			below: "/proc/berth/cache",
		},
		{
			name: "below a link that leads nowhere",
			make: (path) => symlinkSync("/nonexistent", path),
			said: /^cache-root: ".*" can't be made there/,
			below: "cache",
		},
	];
	for (const { name, make, said, below = "" } of roots) {
		it(`being ${name} is a warning: the build goes on without a cache`, async (t) => {
			const scene = await newScene(t);
			const root = join(scene.dir, "odd");
			make(root);
			const inputs = {
				context: scene.context(),
				"cache-root": below.startsWith("/") ? below : join(root, below),
			};
			const { main, post } = await scene.run({ ...inputs, outputs: "type=cacheonly" });
			goesOnWithout(main, said);
			succeeded(post);
		});
	}

	it("being another user's is a warning, for root too", async (t) => {
		const scene = await newScene(t);
		mkdirSync(scene.root);
		chownSync(scene.root, 12345, 12345);
		const { main } = await scene.run({ context: scene.context(), outputs: "type=cacheonly" });
		goesOnWithout(main, /^cache-root: ".*" belongs to uid 12345, not to uid 0 that runs this job/);
		assert.deepEqual(readdirSync(scene.root), []);
	});

	it("lying in memory is a warning, but is used", async (t) => {
		const scene = await newScene(t);
		const root = mkdtempSync("/dev/shm/berth-test-");
		t.after(() => rmSync(root, { recursive: true, force: true }));
		const inputs = {
			context: scene.context(["RUN echo @ > /one"]),
			"cache-root": root,
			outputs: "type=cacheonly",
		};
		const { main } = await scene.run(inputs);
		succeeded(main);
		assert.equal(main.warnings.length, 1);
		assert.match(main.warnings[0] ?? "", /^cache-root: ".*" lies in memory, not on a disk/);
		assert.equal((await scene.run(inputs)).main.outputs["cache-hit"], "true");
	});
});

describe("a name", { concurrency: 3 }, () => {
	const names = ["..", "/", "a/../b", "🚢 Ahoy", "x".repeat(300), "a\nb"];
	for (const name of names) {
		it(`${JSON.stringify(name.slice(0, 20))} of ${name.length} characters has a berth of its own`, async (t) => {
			const scene = await newScene(t);
			const inputs = { name, context: scene.context(["RUN echo @ > /one"]), outputs: "type=cacheonly" };
			succeeded((await scene.run(inputs)).main);
			const berths = readdirSync(join(scene.root, "berths"));
			assert.equal(berths.length, 1);
			assert.deepEqual(readdirSync(scene.root).sort(), ["CACHEDIR.TAG", "berths", "jobs"]);
			const { main } = await scene.run(inputs);
			assert.equal(main.outputs["cache-hit"], "true");
			assert.equal(
				(JSON.parse(main.outputs["summary"] ?? "") as { cache: { name: string } }).cache.name,
				name,
			);
			assert.equal(existsSync(join(scene.root, "berths", berthName)), false);
		});
	}
});

function goesOnWithout(main: StepResult, line: RegExp): void {
	succeeded(main);
	assert.equal(main.warnings.length, 1, main.log);
	assert.match(main.warnings[0] ?? "", line);
	assert.match(main.warnings[0] ?? "", /; building without a cache$/);
	assert.equal(main.outputs["cache-hit"], "false");
	assert.equal(main.outputs["cache-from"], "");
	assert.equal(stepsIn(main.log).ran.length, 1);
}
