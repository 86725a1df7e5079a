import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dockerOrThrow } from "../engines/index.ts";
import { bytesBelow } from "./on-disk.ts";
import { newSceneAlone, stepsIn, succeeded } from "./scene.ts";

describe("the second build of a container", () => {
	it("takes every step from the berth, though the builder was emptied in between", async (t) => {
		const scene = await newSceneAlone(t);
		const inputs = {
			context: scene.context(["RUN echo one @ > /one", "RUN echo two @ > /two"]),
			tags: scene.nonce,
		};

		const first = await scene.run(inputs);
		succeeded(first.main);
		assert.equal(first.main.outputs["cache-hit"], "false");
		assert.equal(stepsIn(first.main.log).cached.length, 0);
		assert.match(first.main.log, /Cache: miss; generation \S+ swapped in, 0 B reused, \S+ MB written/);
		assert.equal(first.main.outputs["cache-generation"], scene.berth().current);

		await scene.forget();
		const second = await scene.run(inputs);
		succeeded(second.main);
		assert.equal(second.main.outputs["cache-hit"], "true");
		assert.deepEqual(stepsIn(second.main.log).ran, []);
		assert.equal(stepsIn(second.main.log).cached.length, 3);
		assert.equal(second.main.outputs["cache-generation"], first.main.outputs["cache-generation"]);
		assert.equal(second.main.outputs["cache-bytes-written"], "0");
		assert.equal(second.main.outputs["cache-bytes-reused"], first.main.outputs["cache-bytes-written"]);
		assert.match(second.main.log, /Cache: hit, \S+ MB found; unchanged, generation \S+ stays/);
		assert.match(second.post.log, /Tidied the cache root: 0 B freed/);
	});

	it("gives the outputs that a user of docker/build-push-action knows, and the image is in the engine", async (t) => {
		const scene = await newSceneAlone(t);
		const tags = `${scene.nonce}:1\n${scene.nonce}:two`;
		const { main } = await scene.run({ context: scene.context(["RUN echo @ > /one"]), tags });
		succeeded(main);
		const { digest, imageid, metadata } = main.outputs;
		assert.match(digest ?? "", /^sha256:[0-9a-f]{64}$/);
		assert.match(imageid ?? "", /^sha256:[0-9a-f]{64}$/);
		const known = JSON.parse(metadata ?? "") as Record<string, unknown>;
		assert.equal(known["containerimage.digest"], digest);
		assert.equal(
			known["image.name"],
			`docker.io/library/${scene.nonce}:1,docker.io/library/${scene.nonce}:two`,
		);
		for (const tag of tags.split("\n")) {
			assert.equal(
				await dockerOrThrow(scene.engine, ["image", "inspect", "--format", "{{.Id}}", tag]),
				digest,
			);
			assert.equal(
				await dockerOrThrow(scene.engine, ["run", "--rm", tag, "/bin/busybox", "cat", "/one"]),
				scene.nonce,
			);
		}
	});

	it("says what happened in the job's summary and, as JSON, in the output summary", async (t) => {
		const scene = await newSceneAlone(t);
		const inputs = { name: "a|b `c`", context: scene.context(), tags: scene.nonce };
		const first = await scene.run(inputs);
		succeeded(first.main);
		assert.match(first.main.summary, /^### ✅ Berth: a&#124;b &#96;c&#96;\n/);
		assert.match(
			first.main.summary,
			/^\| \*\*Cache\*\* \| miss; generation \S+ swapped in, 0 B reused, [\d.]+ .?B written \|$/m,
		);
		assert.match(
			first.main.summary,
			/^\| \*\*Build\*\* \| done in [\d.]+ s, 0 of 1 steps from the cache \|$/m,
		);
		assert.match(first.main.summary, /^\| \*\*Image\*\* \| \S+, sha256:[0-9a-f]{64} \|$/m);

		const second = await scene.run(inputs);
		const report = JSON.parse(second.main.outputs["summary"] ?? "") as Report;
		assert.equal(report.cache.name, "a|b `c`");
		assert.equal(report.cache.hit, true);
		assert.deepEqual(report.cache.problems, []);
		assert.equal(report.cache.outcome.kind, "unchanged");
		assert.equal(report.build.succeeded, true);
		assert.equal(report.build.imageId, second.main.outputs["imageid"]);
		assert.equal(second.post.summary, "");
	});

	it("costs the disk nothing but the changed layer, however often the last step changes", async (t) => {
		const scene = await newSceneAlone(t);
		const sizes: number[] = [];
		for (const word of ["first", "second", "third", "fourth"]) {
			const context = scene.context([`RUN echo @ ${word} > /one`]);
			const { main } = await scene.run({ context, tags: scene.nonce });
			succeeded(main);
			const { generations, clones, current } = scene.berth();
			assert.deepEqual(generations, [current]);
			assert.deepEqual([...clones, ...scene.records()], []);
			if (word !== "first") {
				assert.deepEqual(stepsIn(main.log).ran, [`RUN echo ${scene.nonce} ${word} > /one`]);
				assert.ok(Number(main.outputs["cache-bytes-written"]) < 20_000, main.log);
				assert.ok(Number(main.outputs["cache-bytes-reused"]) > 900_000, main.log);
			}
			sizes.push(bytesBelow(scene.root));
			await scene.forget();
		}
		assert.ok(Math.max(...sizes) - Math.min(...sizes) < 1_000, sizes.join());
	});

	it("hits too where the image goes nowhere at all", async (t) => {
		const scene = await newSceneAlone(t);
		const inputs = { context: scene.context(["RUN echo @ > /one"]), outputs: "type=cacheonly" };
		succeeded((await scene.run(inputs)).main);
		await scene.forget();
		const { main } = await scene.run(inputs);
		succeeded(main);
		assert.deepEqual(stepsIn(main.log).ran, []);
	});
});

type Report = {
	readonly cache: { name: string; hit: boolean; problems: string[]; outcome: { kind: string } };
	readonly build: { succeeded: boolean; imageId: string };
};
