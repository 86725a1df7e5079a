import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { dockerOrThrow } from "../engines/docker.ts";
import type { TestEngine } from "../engines/shared.ts";
import { imageOf, type Packing, writeDockerArchive, writeLayout, writeOciArchive } from "./fixtures.ts";
import {
	freshLayer,
	hasOnly,
	loadAll,
	loadOne,
	programLayer,
	runs,
	type Scene,
	scene,
} from "./load-scene.ts";

const packings: readonly Packing[] = ["tar", "tar+gzip", "tar+zstd"];
const writers = {
	"a layout": async (...args: Parameters<typeof writeLayout>) => writeLayout(...args),
	"an OCI archive": writeOciArchive,
	"a docker archive": writeDockerArchive,
};

/** What loading promises on every engine, whatever its version and image store. */
export function keepsTheContract(name: string, engineOf: () => Promise<TestEngine>): void {
	describe(`loading on ${name}`, () => {
		let engine: TestEngine;
		let env: NodeJS.ProcessEnv;
		let here: Scene;

		before(async (t) => {
			engine = await engineOf();
			env = { ...process.env, ...engine.env };
			here = scene();
			if ("diagnostic" in t) t.diagnostic(`Engine ${engine.engineVersion}`);
		});
		after(() => here.end(engine));

		for (const packing of packings) {
			for (const [kind, write] of Object.entries(writers)) {
				it(`takes ${kind} with layers of ${packing}, whole`, async () => {
					const id = `${kind.replaceAll(" ", "-")}-${packing.replace("+", "-")}`.toLowerCase();
					const image = imageOf([await programLayer(engine, packing), await freshLayer("a", 1024, packing)]);
					const [path, name] = [here.path(id), here.name(id)];
					await write(path, image);
					const report = await loadOne(env, `${path}=${name}`);
					assert.deepEqual([report.layers, report.layersSent], [2, 2]);
					const bytes = image.layers.reduce((sum, { blob }) => sum + blob.length, 0);
					assert.deepEqual([report.reference, report.bytes, report.bytesSent], [name, bytes, bytes]);
					await runs(engine, name, "a");
					await hasOnly(engine, [image], [name]);
				});
			}
		}

		it("sends the one layer that changed", async () => {
			const below = [await programLayer(engine), await freshLayer("below", 4096, "tar+zstd")];
			const [one, two] = [
				imageOf([...below, await freshLayer("one", 2048)]),
				imageOf([...below, await freshLayer("two", 3072)]),
			];
			writeLayout(here.path("one"), one);
			writeLayout(here.path("two"), two);
			await loadOne(env, `${here.path("one")}=${here.name("one")}`);
			const report = await loadOne(env, `${here.path("two")}=${here.name("two")}`);
			assert.deepEqual([report.layersSent, report.bytesSent], [1, two.layers.at(-1)?.blob.length]);
			await runs(engine, here.name("two"), "below", "two");
			await hasOnly(engine, [one, two], [here.name("one"), here.name("two")]);
		});

		it("sends the layer in the middle that changed, and what the engine needs above it", async () => {
			const [base, top] = [await programLayer(engine), await freshLayer("top", 2048)];
			const [one, two] = [
				imageOf([base, await freshLayer("one"), top]),
				imageOf([base, await freshLayer("two"), top]),
			];
			writeLayout(here.path("middle-1"), one);
			writeLayout(here.path("middle-2"), two);
			await loadOne(env, `${here.path("middle-1")}=${here.name("middle-1")}`);
			const report = await loadOne(env, `${here.path("middle-2")}=${here.name("middle-2")}`);
			// The graph driver knows a layer only together with those below it.
			assert.equal(report.layersSent, engine.store === "overlay2" ? 2 : 1);
			await runs(engine, here.name("middle-2"), "two", "top");
			await hasOnly(engine, [one, two], [here.name("middle-1"), here.name("middle-2")]);
		});

		it("sends nothing of an image that is there, and gives it the name", async () => {
			const image = imageOf([await programLayer(engine), await freshLayer("same")]);
			const path = writeLayout(here.path("same"), image);
			await loadOne(env, `${path}=${here.name("same-1")}`);
			for (const name of ["same-1", "same-2"]) {
				const report = await loadOne(env, `${path}=${here.name(name)}`);
				assert.deepEqual([report.layersSent, report.bytesSent], [0, 0]);
			}
			await runs(engine, here.name("same-2"), "same");
			await hasOnly(engine, [image], [here.name("same-1"), here.name("same-2")]);
		});

		it("sends nothing of an image made of layers that are there, and makes it", async () => {
			const layers = [await programLayer(engine), await freshLayer("a"), await freshLayer("b")];
			const [all, two] = [imageOf(layers), imageOf(layers.slice(0, 2))];
			writeLayout(here.path("all"), all);
			writeLayout(here.path("part"), two);
			await loadOne(env, `${here.path("all")}=${here.name("all")}`);
			const report = await loadOne(env, `${here.path("part")}=${here.name("part")}`);
			assert.deepEqual([report.layers, report.layersSent, report.bytesSent], [2, 0, 0]);
			await runs(engine, here.name("part"), "a");
			await hasOnly(engine, [all, two], [here.name("all"), here.name("part")]);
		});

		it("takes an image with one layer three times, and sends that once", async () => {
			const [base, again] = [await programLayer(engine), await freshLayer("again", 300_000)];
			const image = imageOf([base, again, again, await freshLayer("between"), again]);
			writeLayout(here.path("twins"), image);
			const report = await loadOne(env, `${here.path("twins")}=${here.name("twins")}`);
			assert.equal(report.layers, 5);
			const [blob] = new Set([again.blob.length]);
			assert.ok(report.bytesSent < base.blob.length + 2 * (blob ?? 0), `${report.bytesSent} bytes`);
			await runs(engine, here.name("twins"), "again", "between");
			await hasOnly(engine, [image], [here.name("twins")]);
		});

		it("names an image that was given no name after its digest", async () => {
			const image = imageOf([await programLayer(engine)]);
			const path = writeLayout(here.path("nameless"), image);
			const [report] = await loadAll(env, path);
			const name = image.digest.replace(":", "-");
			assert.equal(report?.reference, `cst.oci.local/${name}:${name}`);
			await hasOnly(engine, [image], [`cst.oci.local/${name}:${name}`]);
			await dockerOrThrow(engine, ["rmi", `cst.oci.local/${name}:${name}`]);
			await hasOnly(engine, [image], []);
		});
	});
}
