import assert from "node:assert/strict";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { sha256 } from "../../src/image/image.ts";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { berth, linesOf } from "./berth-process.ts";
import { type Crossing, type EngineProxy, startProxy } from "./engine-proxy.ts";
import { blobFile, type FixtureImage, type FixtureLayer, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

/** Ways in which a layer goes wrong between the look at its manifest and its last byte, by what is said of each. */
const mishaps: readonly { name: string; happens: (file: string, bytes: number) => void; says: RegExp }[] = [
	{
		name: "has other bytes of the same number",
		happens: (file, bytes) => writeFileSync(file, Buffer.alloc(bytes, "x")),
		says: /has a blob that has other bytes than its name says/,
	},
	{
		name: "is cut short",
		happens: (file, bytes) => truncateSync(file, Math.floor(bytes / 2)),
		says: /has a blob that ended after \d+ of \d+ bytes/,
	},
	{ name: "vanishes", happens: (file) => rmSync(file), says: /has a blob that can't be read: ENOENT/ },
];

for (const store of testStores()) {
	describe(`a layer that goes wrong, ${store}`, () => {
		let lent: TestEngine;
		let proxy: EngineProxy;
		let env: NodeJS.ProcessEnv;
		let here: Scene;
		let happens: (() => void) | undefined;
		let program: FixtureLayer;
		let good: FixtureImage;
		let bad: FixtureImage;

		before(async () => {
			lent = await engine(store);
			const onLook = ({ path }: Crossing) => {
				if (!/^\/images\/sha256:/.test(path)) return;
				happens?.();
				happens = undefined;
			};
			proxy = await startProxy(lent.host, { before: onLook });
			env = { ...process.env, ...lent.env, DOCKER_HOST: proxy.host };
			program = await programLayer(lent);
		});
		after(() => proxy.close());
		beforeEach(async () => {
			here = scene();
			good = imageOf([program, await freshLayer("good", 1_000_000)]);
			bad = imageOf([program, await freshLayer("below"), await freshLayer("bad", 3_000_000, "tar+gzip")]);
			writeLayout(here.path("good"), good);
			writeLayout(here.path("bad"), bad);
		});
		afterEach(() => here.end(lent));

		const both = () => ["bad", "good"].map((name) => `${here.path(name)}=${here.name(name)}`);

		for (const { name, happens: mishap, says } of mishaps) {
			it(`fails its image alone, in one line, when it ${name}`, async () => {
				const layer = bad.layers[2];
				assert.ok(layer);
				happens = () => mishap(blobFile(here.path("bad"), layer.digest), layer.blob.length);
				const { code, stdout, stderr } = await berth(env, "load", ...both());
				assert.equal(code, 1);
				assert.equal(linesOf(stderr).length, 1, stderr);
				assert.match(stderr, says);
				assert.ok(stderr.startsWith(`berth: ${JSON.stringify(here.path("bad"))} has `), stderr);
				assert.deepEqual(
					linesOf(stdout).map((line) => line.split(": ")[0]),
					[here.name("good")],
				);
				await runs(lent, here.name("good"), "good");
				await hasOnly(lent, [good, bad], [here.name("good")]);
			});
		}

		it("fails its image when it was wrong from the start, and a good one of that name loads after it", async () => {
			const layer = bad.layers[1];
			assert.ok(layer);
			writeFileSync(blobFile(here.path("bad"), layer.digest), Buffer.alloc(layer.blob.length));
			const { code, stdout, stderr } = await berth(env, "load", "--json", ...both());
			assert.equal(code, 1);
			const { images, errors } = JSON.parse(stdout) as { images: { reference: string }[]; errors: string[] };
			assert.deepEqual(
				images.map(({ reference }) => reference),
				[here.name("good")],
			);
			assert.equal(errors.length, 1);
			assert.match(stderr, /has other bytes than its name says$/m);
			await hasOnly(lent, [good, bad], [here.name("good")]);
			writeLayout(here.path("bad"), bad);
			await loadOne(env, `${here.path("bad")}=${here.name("bad")}`);
			await runs(lent, here.name("bad"), "below", "bad");
			await hasOnly(lent, [good, bad], [here.name("good"), here.name("bad")]);
		});

		for (const taken of [false, true]) {
			const whose = taken ? "leaves the name to the image that has it" : "gets no name";
			it(`fails its image, which ${whose}, when it isn't the layer that the config means`, async () => {
				const top = await freshLayer("top", 100_000, "tar+gzip");
				const liar = imageOf([program, { ...top, diffId: sha256(Buffer.from(here.path(""))) }]);
				writeLayout(here.path("bad"), liar);
				const [first, second] = both();
				if (taken) await loadOne(env, `${here.path("good")}=${here.name("bad")}`);
				const { code, stdout, stderr } = await berth(env, "load", first ?? "", second ?? "");
				assert.deepEqual([code, linesOf(stderr).length, linesOf(stdout).length], [1, 1, 1], stderr);
				const names = taken ? [here.name("bad"), here.name("good")] : [here.name("good")];
				for (const name of names) await runs(lent, name, "good");
				await hasOnly(lent, [good, liar], names);
			});
		}
	});
}
