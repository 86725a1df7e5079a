import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, it } from "node:test";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { berth, linesOf } from "./berth-process.ts";
import { type EngineProxy, startProxy } from "./engine-proxy.ts";
import { type FixtureImage, type FixtureLayer, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadAll, programLayer, runs, type Scene, scene } from "./load-scene.ts";

const count = 10;
// Config, manifest and tar headers around the layers, of each archive and of each question.
const mostAround = 32 * 1024;

for (const store of testStores()) {
	describe(`many images at once, ${store}`, () => {
		let lent: TestEngine;
		let proxy: EngineProxy;
		let env: NodeJS.ProcessEnv;
		let here: Scene;
		let base: readonly FixtureLayer[];
		let images: FixtureImage[];

		before(async () => {
			lent = await engine(store);
		});
		beforeEach(async () => {
			proxy = await startProxy(lent.host);
			env = { ...process.env, ...lent.env, DOCKER_HOST: proxy.host };
			here = scene();
			base = [await programLayer(lent), await freshLayer("base", 30_000_000)];
			images = [];
			for (let at = 0; at < count; at++) {
				const image = imageOf([...base, await freshLayer(`top-${at}`, 1_000_000)]);
				writeLayout(here.path(`${at}`), image);
				images.push(image);
			}
		});
		afterEach(async () => {
			await proxy.close();
			await here.end(lent);
		});

		const tags = () => images.map((_, at) => here.name(`${at}`));
		const items = () => tags().map((tag, at) => `${here.path(`${at}`)}=${tag}`);
		const uploaded = () => proxy.uploads().reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
		const once = () => {
			const layers = new Map(
				images.flatMap((each) => each.layers).map(({ digest, blob }) => [digest, blob.length]),
			);
			return [...layers.values()].reduce((sum, bytes) => sum + bytes, 0);
		};

		async function allThere(): Promise<void> {
			for (const [at, tag] of tags().entries()) await runs(lent, tag, "base", `top-${at}`);
			await hasOnly(lent, images, tags());
		}

		it("share a base, whose bytes are sent once", async () => {
			const reports = await loadAll(env, ...items());
			assert.deepEqual(
				reports.map(({ reference }) => reference),
				tags(),
			);
			const sent = reports.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
			assert.equal(sent, once());
			assert.deepEqual(reports.map(({ layersSent }) => layersSent).sort(), [...Array(count - 1).fill(1), 3]);
			const around = uploaded() - once();
			assert.ok(around > 0 && around < 3 * count * mostAround, `${around} bytes more than the layers`);
			await allThere();
		});

		it("are one image under three names, sent once", async () => {
			const path = here.path("0");
			const names = ["a", "b", "c"].map(here.name);
			const reports = await loadAll(env, ...names.map((name) => `${path}=${name}`));
			assert.deepEqual(reports.map(({ layersSent }) => layersSent).sort(), [0, 0, 3]);
			assert.ok(uploaded() < (reports[0]?.bytes ?? 0) + 3 * mostAround, `${uploaded()} bytes`);
			for (const name of names) await runs(lent, name, "base", "top-0");
			await hasOnly(lent, images.slice(0, 1), names);
		});

		it("are wanted by two processes, which do each other no harm", async () => {
			const others = items().map((item) => `${item}-too`);
			const two = await Promise.all([berth(env, "load", ...items()), berth(env, "load", ...others)]);
			for (const { code, stdout, stderr } of two) {
				assert.deepEqual([code, stderr], [0, ""]);
				assert.equal(linesOf(stdout).length, count, stdout);
			}
			const all = tags().flatMap((tag) => [tag, `${tag}-too`]);
			for (const tag of all) await runs(lent, tag, "base");
			await hasOnly(lent, images, all);
		});

		it("are wanted by two processes under the same names", async () => {
			const two = await Promise.all([1, 2].map(() => berth(env, "load", "--json", ...items().reverse())));
			for (const { code, stdout, stderr } of two) {
				assert.equal(code, 0, stderr);
				const { images: loaded, errors } = JSON.parse(stdout) as { images: unknown[]; errors: string[] };
				assert.deepEqual([loaded.length, errors], [count, []]);
			}
			await allThere();
		});
	});
}
