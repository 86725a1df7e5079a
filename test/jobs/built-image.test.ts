import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Built } from "../../src/build/run-build.ts";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { buildThenLoad } from "../../src/jobs/built-image.ts";
import type { Tools } from "../../src/jobs/tools.ts";
import { plainBuild } from "../build/plain-build.ts";
import { engine, testStores } from "../engines/index.ts";
import { blobsOf, type FixtureImage, imageOf, layerOf, writeLayout } from "../image/fixtures.ts";

const built: Built = {
	kind: "built",
	metadata: { raw: "" },
	suspectsCache: false,
	steps: [],
	titles: new Map(),
	definitions: [],
	bases: [],
};

for (const store of testStores()) {
	describe(`an image that a build left in a layout, on ${store}`, () => {
		let tempDir: string;

		before(() => {
			tempDir = mkdtempSync(join(tmpdir(), "berth-built-"));
		});
		after(() => rmSync(tempDir, { recursive: true, force: true }));

		const loaded = async (image: FixtureImage, blobs = blobsOf([image])) => {
			const own = dockerEngine({ ...process.env, ...(await engine(store)).env });
			const answer = await own.info();
			assert.ok(answer.kind === "reachable");
			const tools = { engine: own, tempDir, log: { info: () => undefined } } as unknown as Tools;
			const build = (layout: string) => {
				writeLayout(layout, image, { blobs });
				return Promise.resolve(built);
			};
			const inputs = { ...plainBuild, tags: [], load: true };
			return await buildThenLoad(build, { inputs, hold: undefined, info: answer.info }, tools);
		};

		it("makes the cache suspect if its bytes are wrong, for they may be the berth's", async () => {
			const image = imageOf([await layerOf({ text: `wrong ${store} ${process.pid}` })]);
			const [layer] = image.layers;
			assert.ok(layer !== undefined);
			const blobs = blobsOf([image]).set(layer.digest, Buffer.alloc(layer.blob.length));
			const result = await loaded(image, blobs);
			assert.ok(result.kind === "failed" && result.suspectsCache);
			assert.match(result.problem, /^load: the image that was built .*other bytes than its name says$/);
			assert.deepEqual(readdirSync(tempDir), []);
		});

		it("fails the build if it can't be read", async () => {
			const image = imageOf([await layerOf({ text: "missing" })]);
			const result = await loaded(image, new Map());
			assert.ok(result.kind === "failed");
			assert.match(result.problem, /^load: what was built lacks the blob sha256:/);
		});
	});
}
