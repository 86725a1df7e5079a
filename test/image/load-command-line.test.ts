import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { berth, linesOf } from "./berth-process.ts";
import { type FixtureImage, imageOf, writeDockerArchive, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, programLayer, runs, type Scene, scene } from "./load-scene.ts";

for (const store of testStores()) {
	describe(`berth load, ${store}`, () => {
		let lent: TestEngine;
		let env: NodeJS.ProcessEnv;
		let here: Scene;
		let layout: FixtureImage;
		let archive: FixtureImage;

		before(async () => {
			lent = await engine(store);
			env = { ...process.env, ...lent.env };
			here = scene();
			layout = imageOf([await programLayer(lent), await freshLayer("layout")]);
			archive = imageOf([await programLayer(lent), await freshLayer("archive")]);
			writeLayout(here.path("layout"), layout);
			await writeDockerArchive(here.path("archive.tar"), archive);
			writeFileSync(here.path("no-image"), "no image");
		});
		after(() => here.end(lent));

		const items = () => [
			`${here.path("layout")}=${here.name("l")}`,
			`${here.path("archive.tar")}=${here.name("a")}`,
		];

		it("says on a line of its own what was sent of each image", async () => {
			const { code, stdout, stderr } = await berth(env, "load", ...items());
			assert.deepEqual([code, stderr], [0, ""]);
			const lines = linesOf(stdout).sort();
			assert.equal(lines.length, 2);
			for (const [at, name] of ["a", "l"].entries())
				assert.match(lines[at] ?? "", new RegExp(`^${here.name(name)}: 2 of 2 layers sent, .+ of .+, .+ s$`));
			await runs(lent, here.name("l"), "layout");
			await runs(lent, here.name("a"), "archive");
			await hasOnly(lent, [layout, archive], [here.name("l"), here.name("a")]);
		});

		it("prints nothing but JSON on standard output when asked to, in the order asked for", async () => {
			const { code, stdout } = await berth(env, "load", "--json", ...items(), here.path("no-image"));
			assert.equal(code, 1);
			const report = JSON.parse(stdout) as { images: Record<string, unknown>[]; errors: string[] };
			assert.deepEqual(
				report.images.map(({ reference }) => reference),
				[here.name("l"), here.name("a")],
			);
			const keys = ["bytes", "bytesSent", "digest", "id", "layers", "layersSent", "reference", "seconds"];
			assert.deepEqual(Object.keys(report.images[0] ?? {}).sort(), keys);
			assert.equal(report.images[0]?.["id"], store === "containerd" ? layout.digest : layout.id);
			assert.deepEqual(report.errors, [`${JSON.stringify(here.path("no-image"))} is no archive`]);
		});

		it("reaches the engine that a flag names", async () => {
			const elsewhere = { ...env, DOCKER_HOST: `unix://${here.path("nobody.sock")}` };
			const [item = ""] = items();
			const lost = await berth(elsewhere, "load", item);
			assert.deepEqual([lost.code, lost.stdout, linesOf(lost.stderr).length], [1, "", 1]);
			const found = await berth(elsewhere, "load", "--docker-host", lent.host, item);
			assert.deepEqual([found.code, found.stderr], [0, ""]);
		});

		it("ends with 2 on bad usage", async () => {
			for (const args of [["load"], ["load", "--no-such-flag", "x"]]) {
				const { code, stdout } = await berth(env, ...args);
				assert.deepEqual([code, stdout], [2, ""]);
			}
		});
	});
}
