import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { localCacheFrom } from "../../src/build/cache-entries.ts";
import { seededLayout } from "../../src/cache/seed.ts";
import { openCache } from "../../src/cache/store.ts";
import { readImage } from "../../src/image/read-image.ts";
import type { ImageReport } from "../../src/report/report.ts";
import { dockerOrThrow, engine } from "../engines/index.ts";
import { type RemoteBuilder, startBuildkitd } from "../engines/remote-builder.ts";
import { blobFile, here } from "../image/fixtures.ts";
import { entries, flip, layersOf } from "./on-disk.ts";
import { newScene, type Scene, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

const big = "RUN dd if=/dev/urandom of=/big bs=1M count=8 && echo @ >> /big";
const loaded = ({ outputs }: StepResult): ImageReport => {
	const [report, ...more] = JSON.parse(outputs["images"] ?? "") as ImageReport[];
	assert.ok(report !== undefined && more.length === 0, outputs["images"]);
	return report;
};
const run = (scene: Scene, image: string, file: string) =>
	dockerOrThrow(scene.engine, ["run", "--rm", image, "/bin/busybox", "cat", file]);

describe("load, where the builder is not the engine's own", () => {
	let builders: RemoteBuilder[];

	before(async () => {
		const overlay2 = await engine("overlay2");
		builders = await Promise.all([startBuildkitd(overlay2), startBuildkitd(overlay2)]);
		await Promise.all(builders.map((each, at) => each.register(`berth-foreign-${at}`)));
	});
	after(() => Promise.all(builders.map((each) => each.stop())));

	it("sends the engine only what it lacks, though the second builder is empty", async (t) => {
		const scene = await newScene(t, "overlay2");
		const tags = `${scene.nonce}:1\n${scene.nonce}:2`;
		const context = scene.context([big, "RUN echo one > /last"]);
		const first = await scene.run({ context, tags, builder: "berth-foreign-0" });
		succeeded(first.main);
		assert.equal(loaded(first.main).layersSent, 3);
		assert.equal(loaded(first.main).reference, `${scene.nonce}:1`);
		assert.equal(loaded(first.main).id, first.main.outputs["imageid"]);
		const changed = scene.context([big, "RUN echo two > /last"]);
		const second = await scene.run({ context: changed, tags, builder: "berth-foreign-1" });
		succeeded(second.main);
		assert.deepEqual(second.main.warnings, []);
		assert.deepEqual([loaded(second.main).layers, loaded(second.main).layersSent], [3, 1]);
		assert.ok(loaded(second.main).bytesSent < 10_000);
		for (const tag of ["1", "2"]) assert.equal(await run(scene, `${scene.nonce}:${tag}`, "/last"), "two");
		assert.match(second.main.log, new RegExp(`^${scene.nonce}:1: 1 of 3 layers sent, `, "m"));
		assert.deepEqual(scene.berth().clones, []);
		assert.deepEqual(entries(scene.berth().generation), ["blobs", "index.json", "oci-layout"]);
	});

	it("takes the image's layers from the berth, not from the builder", async (t) => {
		const scene = await newScene(t, "overlay2");
		const context = scene.context([big]);
		succeeded((await scene.run({ context, builder: "berth-foreign-0" })).main);
		const me = { runner: "test", job: "test" };
		const opened = openCache({ root: scene.root, name: "app", me, engine: null, now: new Date() });
		assert.ok(opened.kind === "open");
		const layout = seededLayout(opened.hold);
		await dockerOrThrow(scene.engine, [
			...["buildx", "build", "--builder", "berth-foreign-1", "--cache-from", localCacheFrom(opened.dir)],
			...["--output", `type=oci,dest=${layout},tar=false`, context],
		]);
		const image = await readImage(layout, here);
		assert.ok(!("unfit" in image) && image.layers.length === 2);
		// A layer that is still the berth's own file was not sent.
		for (const { bytes, digest } of image.layers)
			assert.equal(statSync(bytes.path).ino, statSync(blobFile(opened.dir, digest)).ino);
	});

	it("works without a berth, and leaves the image without a name if it was given none", async (t) => {
		const scene = await newScene(t, "overlay2");
		const { main } = await scene.run({
			...{ name: "", cache: "off", builder: "berth-foreign-0" },
			context: scene.context(["RUN echo off > /off"]),
		});
		succeeded(main);
		assert.equal(loaded(main).reference, "");
		assert.equal(await run(scene, loaded(main).id, "/off"), "off");
		await dockerOrThrow(scene.engine, ["image", "rm", loaded(main).id]);
	});

	it("is whole though a layer in the berth is corrupt", async (t) => {
		const scene = await newScene(t, "overlay2");
		const inputs = { context: scene.context([big]), tags: scene.nonce };
		succeeded((await scene.run({ ...inputs, builder: "berth-foreign-0" })).main);
		await dockerOrThrow(scene.engine, ["image", "rm", scene.nonce]);
		for (const layer of layersOf(scene.berth().generation)) flip(layer);
		succeeded((await scene.run({ ...inputs, builder: "berth-foreign-1" })).main);
		assert.equal(await run(scene, scene.nonce, `/bin/${scene.nonce}`), join(scene.dir, "context"));
	});

	it("chooses the engine's platform of several", async (t) => {
		const scene = await newScene(t, "overlay2");
		const context = scene.context(["FROM scratch", "COPY busybox /"]);
		const platforms = "linux/arm64,linux/amd64,linux/riscv64";
		const { main } = await scene.run({ context, platforms, tags: scene.nonce, builder: "berth-foreign-0" });
		succeeded(main);
		const asked = ["image", "inspect", "--format", "{{.Architecture}}", scene.nonce];
		const arch = process.arch === "x64" ? "amd64" : process.arch;
		assert.equal(await dockerOrThrow(scene.engine, asked), arch);
		assert.deepEqual(entries(join(scene.root, "jobs")), []);
	});
});
