import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { dockerOrThrow, engine } from "../engines/index.ts";
import { type RemoteBuilder, startBuildkitd } from "../engines/remote-builder.ts";
import { flip, layersOf } from "./on-disk.ts";
import { newScene, stepsIn, succeeded } from "./scene.ts";

const bySize = (one: string, other: string) => readFileSync(one).length - readFileSync(other).length;
const steps = ["RUN echo one @ > /one", "RUN echo two @ > /two"];

describe("an engine with the graph driver, by its own builder", { concurrency: 3 }, () => {
	it("builds and loads without exporting a cache, and says what would let it", async (t) => {
		const scene = await newScene(t, "overlay2");
		const { main, post } = await scene.run({ context: scene.context(steps), tags: scene.nonce });
		succeeded(main);
		assert.equal(main.warnings.length, 1, main.log);
		assert.match(
			main.warnings[0] ?? "",
			/^the builder "default" \(driver docker, on the graph-driver image store\)/,
		);
		assert.match(main.warnings[0] ?? "", /docker\/setup-buildx-action.*containerd image store/);
		assert.equal(main.outputs["cache-to"], "");
		assert.match(main.log, /Cache: miss; nothing swapped in: the builder can't export a cache/);
		const read = ["run", "--rm", scene.nonce, "/bin/busybox", "cat", "/one"];
		assert.match(await dockerOrThrow(scene.engine, read), new RegExp(scene.nonce));
		succeeded(post);
		assert.equal(existsSync(join(scene.berth().dir, "current")), false);
		assert.deepEqual([...scene.berth().clones, ...scene.records()], []);
	});

	it("reads a berth that another engine filled", async (t) => {
		const filling = await newScene(t, "containerd");
		const inputs = { context: filling.context(steps), tags: filling.nonce };
		succeeded((await filling.run(inputs)).main);
		const { current } = filling.berth();
		const scene = await newScene(t, "overlay2");
		const { main } = await scene.run({ ...inputs, "cache-root": filling.root });
		succeeded(main);
		assert.equal(main.outputs["cache-hit"], "true");
		assert.equal(stepsIn(main.log).cached.length, 3, main.log);
		assert.deepEqual(filling.berth().generations, [current]);
		assert.deepEqual([...filling.berth().clones, ...filling.records()], []);
	});

	it("sets aside a corrupt berth that it read, though BuildKit got over it", async (t) => {
		const filling = await newScene(t, "containerd");
		const inputs = { context: filling.context(steps), tags: filling.nonce };
		succeeded((await filling.run(inputs)).main);
		const digest = flip(layersOf(filling.berth().generation).sort(bySize)[0] ?? assert.fail("no layer"));
		const scene = await newScene(t, "overlay2");
		const { main } = await scene.run({ ...inputs, "cache-root": filling.root });
		succeeded(main);
		assert.ok(
			main.warnings.includes(`sha256:${digest} in the cache is corrupt: its generation was set aside`),
			main.log,
		);
		const next = await scene.run({ ...inputs, "cache-root": filling.root });
		assert.equal(next.main.outputs["cache-hit"], "false");
	});
});

describe("an engine with the graph driver, by a remote builder", () => {
	let builders: RemoteBuilder[];

	before(async () => {
		const overlay2 = await engine("overlay2");
		builders = await Promise.all([startBuildkitd(overlay2), startBuildkitd(overlay2)]);
		await Promise.all(builders.map((each, at) => each.register(`berth-test-remote-${at}`)));
	});
	after(() => Promise.all(builders.map((each) => each.stop())));

	it("exports the cache, which another, empty builder hits; the image is in the engine", async (t) => {
		const scene = await newScene(t, "overlay2");
		const inputs = { context: scene.context(steps), tags: scene.nonce };
		const first = await scene.run({ ...inputs, builder: "berth-test-remote-0" });
		succeeded(first.main);
		assert.deepEqual(first.main.warnings, []);
		assert.equal(stepsIn(first.main.log).ran.length, 3);
		assert.match(first.main.log, /Cache: miss; generation \S+ swapped in/);
		const second = await scene.run({ ...inputs, builder: "berth-test-remote-1" });
		succeeded(second.main);
		assert.equal(second.main.outputs["cache-hit"], "true");
		assert.deepEqual(stepsIn(second.main.log).ran, []);
		const read = ["run", "--rm", scene.nonce, "/bin/busybox", "cat", "/two"];
		assert.match(await dockerOrThrow(scene.engine, read), new RegExp(scene.nonce));
	});
});
