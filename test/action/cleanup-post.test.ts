import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { baseImageName } from "../engines/images.ts";
import { dockerOrThrow, testStores } from "../engines/index.ts";
import { structureTestBinary } from "../engines/structure-test.ts";
import { startProxy } from "../image/engine-proxy.ts";
import { programLayer } from "../image/load-scene.ts";
import {
	assertOnlyByName,
	type Cleaning,
	killedStructureTest,
	layoutIn,
	runningContainer,
	startCleaning,
} from "./cleaning.ts";
import { type Scene, succeeded } from "./scene.ts";
import type { Step } from "./step.ts";

const job = { name: "", cache: "off", cleanup: "job" };

for (const store of testStores()) {
	describe(`after a job, in an engine with ${store}`, { timeout: 300_000 }, () => {
		let cleaning: Cleaning;

		before(async () => {
			cleaning = await startCleaning(store);
		});

		after(() => cleaning.stop());

		/** A job that has begun, on a runner of its own. */
		async function begun(scene: Scene, inputs = {}, runner = "runner"): Promise<Step> {
			const step = scene.step(scene.job(runner), { ...job, ...inputs });
			succeeded(await step.main());
			return step;
		}

		async function ended(step: Step): Promise<string> {
			const post = await step.post();
			succeeded(post);
			assert.deepEqual(post.warnings, [], post.log);
			return `${post.log}${post.summary}`;
		}

		it("what it loaded and what appeared is gone, and all else is there", async (t) => {
			const scene = await cleaning.scene(t);
			await cleaning.bring("cst.oci.local/before:1", "app:1");
			const { dir, name } = await layoutIn(scene, "ours");
			const step = await begun(scene, { images: `${dir}\n${dir}=kept/ours:1` });
			await cleaning.bring("cst.oci.local/appeared:1", "cst.oci.localhost/a:1", "other:1", "cst.oci.local:1");
			assert.ok((await cleaning.names()).includes(name));
			assert.match(await ended(step), /Removed the tag cst\.oci\.local\/appeared:1/);
			assert.deepEqual(await cleaning.names(), [
				...["app:1", "cst.oci.local/before:1", "cst.oci.local:1", "cst.oci.localhost/a:1"],
				...["kept/ours:1", "other:1"],
			]);
			assert.deepEqual(await cleaning.volumes(), []);
		});

		it("names stay that containers were made from, in any state, and those that the user keeps", async (t) => {
			const scene = await cleaning.scene(t);
			const step = await begun(scene, { "keep-images": "cst.oci.local/kept*" });
			const names = ["created", "exited", "running"].map((state) => `cst.oci.local/${state}:1`);
			for (const name of names) await dockerOrThrow(scene.engine, ["tag", baseImageName, name]);
			const [created = "", exited = "", running = ""] = names;
			await dockerOrThrow(scene.engine, ["create", created, "true"]);
			await dockerOrThrow(scene.engine, ["run", "--net=none", exited, "true"]);
			await dockerOrThrow(scene.engine, ["run", "--net=none", "--detach", running, "sleep", "100000"]);
			await cleaning.bring("cst.oci.local/kept-for:1");
			await ended(step);
			assert.deepEqual(await cleaning.names(), [created, exited, "cst.oci.local/kept-for:1", running].sort());
		});

		it("a neighbour's images stay: those that only appeared, and such as both brought", async (t) => {
			const scene = await cleaning.scene(t);
			const [ours, both] = [await layoutIn(scene, "ours"), await layoutIn(scene, "both")];
			const step = await begun(scene, { images: `${ours.dir}\n${both.dir}` });
			const neighbour = await begun(scene, { images: both.dir }, "neighbour");
			await cleaning.bring("cst.oci.local/somebodys:1");
			const log = await ended(step);
			assert.match(log, /Kept 1 tag: another job ran at the same time, and may have brought it/);
			assert.deepEqual(await cleaning.names(), ["cst.oci.local/somebodys:1", both.name].sort());
			await ended(neighbour);
			assert.deepEqual(await cleaning.names(), ["cst.oci.local/somebodys:1", both.name].sort());
		});

		it("what a neighbour has left that is over by now stays, too", async (t) => {
			const scene = await cleaning.scene(t);
			const step = await begun(scene);
			const neighbour = await begun(scene, {}, "neighbour");
			await cleaning.bring("cst.oci.local/somebodys:1");
			await ended(neighbour);
			await ended(step);
			assert.deepEqual(await cleaning.names(), ["cst.oci.local/somebodys:1"]);
			// Nobody is left who would have to know of them.
			await ended(await begun(scene));
			assert.deepEqual(await cleaning.volumes(), []);
		});

		it("what a killed job has brought goes with its runner's next job", async (t) => {
			const scene = await cleaning.scene(t);
			const { dir, name } = await layoutIn(scene, "killed");
			await begun(scene, { images: dir });
			assert.deepEqual(await cleaning.names(), [name]);
			await ended(await begun(scene));
			assert.deepEqual([await cleaning.names(), await cleaning.volumes()], [[], []]);
		});

		it("what a killed structure test of Bazel's has left goes, and nobody else's nameless images", async (t) => {
			const scene = await cleaning.scene(t);
			const name = "cst.oci.local/sha256-a:sha256-a";
			const commit = async (from: string) => {
				const container = await dockerOrThrow(scene.engine, ["create", from, "true"]);
				await dockerOrThrow(scene.engine, ["commit", container]);
				await dockerOrThrow(scene.engine, ["rm", container]);
			};
			const step = await begun(scene);
			await commit(baseImageName);
			await dockerOrThrow(scene.engine, ["build", "--tag", name, "-"], {
				input: `FROM ${baseImageName}\nENV a=b`,
			});
			await killedStructureTest(scene, name);
			assert.equal((await cleaning.containers()).length, 1);
			assert.equal((await cleaning.names()).filter((each) => each === "<none>").length, 3);
			await ended(step);
			assert.deepEqual([await cleaning.containers(), await cleaning.names()], [[], ["<none>"]]);
		});

		it("what its own structure test has left goes, the step having been killed meanwhile", async (t) => {
			const scene = await cleaning.scene(t);
			const { dir, name } = await layoutIn(scene, "tested", await programLayer(scene.engine));
			const config = join(scene.dir, "hangs.yaml");
			const setup = [
				["/busybox", "touch", "/a"],
				["/busybox", "sleep", "100000"],
			];
			const tests = { schemaVersion: "2.0.0", commandTests: [{ name: "hangs", setup, command: "true" }] };
			writeFileSync(config, JSON.stringify(tests));
			const inputs = { images: dir, "test-configs": config, "structure-test": await structureTestBinary() };
			const step = scene.step(scene.job("runner"), { ...job, ...inputs });
			const main = step.startMain();
			await runningContainer(scene, (command) => command.includes("sleep"), main.ended);
			main.kill("with children");
			await main.ended;
			assert.ok((await cleaning.names()).includes(name));
			await ended(step);
			assert.deepEqual([await cleaning.containers(), await cleaning.names()], [[], []]);
		});

		it("what has been seen for long goes only if asked, without the image's own dates", async (t) => {
			const scene = await cleaning.scene(t);
			await cleaning.bring("cst.oci.local/old:1");
			const stale = { cleanup: "stale", "cleanup-min-age": "1d" };
			await ended(await begun(scene, stale));
			assert.deepEqual(await cleaning.names(), ["cst.oci.local/old:1"]);
			await ended(await begun(scene, { ...stale, "cleanup-min-age": "0s" }));
			assert.deepEqual(await cleaning.names(), []);
		});

		it("nothing is touched, marked or asked of the engine if it is off", async (t) => {
			const scene = await cleaning.scene(t);
			const proxy = await startProxy(scene.engine.host);
			t.after(proxy.close);
			const idle = scene.job("runner", { env: { DOCKER_HOST: proxy.host } });
			const step = scene.step(idle, { ...job, cleanup: "off" });
			succeeded(await step.main());
			await cleaning.bring("cst.oci.local/stays:1");
			succeeded(await step.post());
			assert.deepEqual([await cleaning.names(), proxy.crossings], [["cst.oci.local/stays:1"], []]);
		});

		it("no image goes by force or by its id, and none is pruned", async (t) => {
			const scene = await cleaning.scene(t);
			const proxy = await startProxy(scene.engine.host);
			t.after(proxy.close);
			const { dir } = await layoutIn(scene, "ours");
			const watched = scene.job("runner", { env: { DOCKER_HOST: proxy.host } });
			const step = scene.step(watched, { ...job, images: dir });
			succeeded(await step.main());
			await dockerOrThrow(scene.engine, ["tag", baseImageName, "cst.oci.local/test:1"]);
			await killedStructureTest(scene, "cst.oci.local/test:1");
			succeeded(await step.post());
			assert.deepEqual(await cleaning.names(), []);
			assertOnlyByName(proxy.crossings, 4);
		});
	});
}

describe("after a job, where the engine", { timeout: 300_000 }, () => {
	let cleaning: Cleaning;

	before(async () => {
		cleaning = await startCleaning("overlay2");
	});

	after(() => cleaning.stop());

	it("was never there, there is a warning", async (t) => {
		const scene = await cleaning.scene(t);
		const nobody = `unix://${join(scene.dir, "nobody.sock")}`;
		const step = scene.step(scene.job("runner", { env: { DOCKER_HOST: nobody } }), job);
		succeeded(await step.main());
		const post = await step.post();
		assert.deepEqual([post.code, post.errors], [0, []]);
		assert.match(
			post.warnings.join("\n"),
			/^cleanup: nothing was removed from the engine: no Docker engine answers/,
		);
	});

	it("dies meanwhile, there is a warning, and what was done is told", async (t) => {
		const scene = await cleaning.scene(t);
		let dead = false;
		const proxy = await startProxy(scene.engine.host, {
			before: ({ method, path }) => {
				dead ||= method === "DELETE" && path.startsWith("/images/");
				return dead ? proxy.close() : undefined;
			},
		});
		t.after(proxy.close);
		const step = scene.step(scene.job("runner", { env: { DOCKER_HOST: proxy.host } }), job);
		succeeded(await step.main());
		await cleaning.bring("cst.oci.local/a:1", "cst.oci.local/b:1");
		const post = await step.post();
		assert.deepEqual([post.code, post.errors], [0, []]);
		assert.match(post.warnings.join("\n"), /cleanup: tag cst\.oci\.local/);
	});
});
