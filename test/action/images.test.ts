import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import type { ImageReport } from "../../src/report/report.ts";
import { dockerOrThrow, testStores } from "../engines/index.ts";
import { type FixtureImage, imageOf, layerOf, writeDockerArchive, writeLayout } from "../image/fixtures.ts";
import { newScene, type Scene, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

const loadedBy = ({ outputs }: StepResult) => JSON.parse(outputs["images"] ?? "") as ImageReport[];

/** A scene whose images go when the test ends. */
async function sceneFor(t: TestContext, store: (typeof stores)[number]): Promise<Scene> {
	const scene = await newScene(t, store);
	t.after(async () => {
		const names = await dockerOrThrow(scene.engine, [
			...["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
		]);
		const ours = names.split("\n").filter((name) => name.includes(scene.nonce));
		if (ours.length > 0) await dockerOrThrow(scene.engine, ["image", "rm", ...ours]);
	});
	return scene;
}

const base = (scene: Scene) => layerOf({ base: scene.nonce, more: "x".repeat(5000) }, "tar");

/** An image of this scene alone: a base that all its images share, and a layer with a text. */
async function imageWith(scene: Scene, text: string): Promise<FixtureImage> {
	return imageOf([await base(scene), await layerOf({ text })]);
}

const stores = testStores();

for (const store of stores) {
	describe(`images for an engine with ${store}`, { concurrency: 3 }, () => {
		it("are in the engine after the step, each layer sent once, a line and an output for each", async (t) => {
			const scene = await sceneFor(t, store);
			const [one, two] = [await imageWith(scene, "one"), await imageWith(scene, "two")];
			writeLayout(join(scene.dir, "one"), one);
			await writeDockerArchive(join(scene.dir, "two.tar"), two);
			const items = [
				`${scene.dir}/one=${scene.nonce}/one:1`,
				`${scene.dir}/two.tar=localhost:5000/${scene.nonce}/two`,
			];
			const { main, post } = await scene.run({ name: "", cache: "off", images: items.join("\n") });
			succeeded(main);
			succeeded(post);
			const [first, second] = loadedBy(main);
			assert.deepEqual(
				[first?.reference, second?.reference],
				[`${scene.nonce}/one:1`, `localhost:5000/${scene.nonce}/two:latest`],
			);
			assert.deepEqual([first?.layers, second?.layers], [2, 2]);
			assert.equal((first?.layersSent ?? 0) + (second?.layersSent ?? 0), 3);
			for (const each of [first, second]) {
				const shown = ["image", "inspect", "--format", "{{.Id}}", each?.reference ?? ""];
				assert.equal(await dockerOrThrow(scene.engine, shown), each?.id);
				assert.match(
					main.log,
					new RegExp(`^${each?.reference}: ${each?.layersSent} of 2 layers sent, `, "m"),
				);
				assert.match(main.summary, /\| \*\*Loaded\*\* \| 2 images: 3 of 4 layers sent, /);
			}
			const again = await scene.run({ name: "", cache: "off", images: items.join("\n") });
			assert.deepEqual(
				loadedBy(again.main).map(({ layersSent, bytesSent }) => [layersSent, bytesSent]),
				[
					[0, 0],
					[0, 0],
				],
			);
		});

		it("without a reference get the name that container-structure-test's Bazel rule gives them", async (t) => {
			const scene = await sceneFor(t, store);
			const image = await imageWith(scene, "bazel");
			const tree = join(scene.dir, "tree");
			writeLayout(tree, image);
			const bin = join(scene.dir, "bazel-bin");
			mkdirSync(bin);
			mkdirSync(join(bin, "image"));
			for (const name of ["blobs", "index.json", "oci-layout"])
				symlinkSync(join(tree, name), join(bin, "image", name));
			const { main } = await scene.run({ name: "", cache: "off", images: `${scene.dir}/bazel-*/im*` });
			succeeded(main);
			const name = image.digest.replace(":", "-");
			assert.equal(loadedBy(main)[0]?.reference, `cst.oci.local/${name}:${name}`);
			await dockerOrThrow(scene.engine, ["image", "rm", `cst.oci.local/${name}:${name}`]);
		});

		it("are loaded though others can't be, and the step fails with a line for each of those", async (t) => {
			const scene = await sceneFor(t, store);
			writeLayout(join(scene.dir, "good"), await imageWith(scene, "good"));
			writeLayout(join(scene.dir, "bad"), await imageWith(scene, "bad"));
			rmSync(join(scene.dir, "bad", "index.json"));
			const items = [
				`${scene.dir}/bad=${scene.nonce}/bad`,
				`${scene.dir}/good=${scene.nonce}/good`,
				`${scene.dir}/good=No Reference`,
				`${scene.dir}/nothing-*`,
			];
			const { main, post } = await scene.run({ name: "", cache: "off", images: items.join("\n") });
			assert.equal(main.code, 1);
			assert.deepEqual(main.errors.toSorted(), [
				`images: "${scene.dir}/bad" is no OCI layout: it has no index.json`,
				`images: "${scene.dir}/good=No Reference" names "No Reference", which is no image reference; allowed: PATH or PATH=REPOSITORY:TAG`,
				`images: "${scene.dir}/nothing-*" matches nothing`,
			]);
			assert.deepEqual(
				loadedBy(main).map(({ reference }) => reference),
				[`${scene.nonce}/good:latest`],
			);
			await dockerOrThrow(scene.engine, ["image", "inspect", `${scene.nonce}/good`]);
			assert.match(main.summary, /has no index\.json/);
			succeeded(post);
		});
	});
}

it("images need an engine: without one the step fails before anything is touched", async (t) => {
	const scene = await newScene(t);
	const job = scene.job("runner", { env: { DOCKER_HOST: `unix://${scene.dir}/none.sock` } });
	const main = await scene.step(job, { images: scene.dir }).main();
	assert.equal(main.code, 1);
	assert.equal(main.errors.length, 1);
	assert.match(main.errors[0] ?? "", /^no Docker engine answers at /);
});
