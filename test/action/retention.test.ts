import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { newScene, type Scene, succeeded } from "./scene.ts";

describe("retention, in the post step", { concurrency: 3 }, () => {
	it("removes the berths that were not used for cache-max-age, and says what that freed", async (t) => {
		const scene = await newScene(t);
		for (const name of ["old", "young"]) await fill(scene, name, 1);
		used(scene, "old", 40);
		used(scene, "young", 20);
		const post = await fill(scene, "mine", 1, { "cache-max-age": "30m" });
		assert.deepEqual(berths(scene), ["mine", "young"]);
		assert.match(post, /^Removed the berth of "old": [\d.]+ [kM]B freed$/m);
		assert.match(post, /^Tidied the cache root: [\d.]+ [kM]B freed$/m);
	});

	it("with cache-max-age: 0s leaves no berth behind, not even the job's own", async (t) => {
		const scene = await newScene(t);
		await fill(scene, "other", 1);
		await fill(scene, "mine", 1, { "cache-max-age": "0s" });
		assert.deepEqual(berths(scene), []);
	});

	it("over cache-max-size removes the least recently used", async (t) => {
		const scene = await newScene(t);
		for (const name of ["first", "second", "third"]) await fill(scene, name, 2);
		used(scene, "first", 10);
		used(scene, "second", 30);
		used(scene, "third", 20);
		const post = await fill(scene, "mine", 2, { "cache-max-size": "10MB" });
		assert.deepEqual(berths(scene), ["first", "mine", "third"]);
		assert.match(post, /^Removed the berth of "second": 3\.\d MB freed$/m);
	});

	it("leaves a berth alone that another job has open", async (t) => {
		const scene = await newScene(t);
		await fill(scene, "open", 1);
		const other = scene.step(scene.job("other"), { name: "open", "extra-args-env": "EXTRA" });
		succeeded(await other.main());
		used(scene, "open", 40);
		await fill(scene, "mine", 1, { "cache-max-age": "30m", "cache-max-size": "1B" });
		assert.deepEqual(berths(scene), ["open"]);
		succeeded(await other.post());
		assert.equal(scene.berth("open").generations.length, 1);
	});
});

/** Runs a job whose cache has so many megabytes that no other has; returns what its post step said. */
async function fill(
	scene: Scene,
	name: string,
	megabytes: number,
	inputs: Record<string, string> = {},
): Promise<string> {
	const context = scene.context([`RUN : @ && head -c ${megabytes}000000 /dev/urandom > /one`], name);
	const { main, post } = await scene.run({ name, context, outputs: "type=cacheonly", ...inputs });
	succeeded(main);
	succeeded(post);
	return post.log;
}

/** Has a berth look as if it had been used last so many minutes ago. */
function used(scene: Scene, name: string, minutesAgo: number): void {
	const at = new Date(Date.now() - minutesAgo * 60_000);
	utimesSync(join(scene.berth(name).dir, "current"), at, at);
}

function berths(scene: Scene): string[] {
	return readdirSync(join(scene.root, "berths")).sort();
}
