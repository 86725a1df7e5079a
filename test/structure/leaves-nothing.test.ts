import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { dockerOrThrow, engine, testStores } from "../engines/index.ts";
import { outcomes, type Scene, structureScene, theVerdict } from "./scene.ts";

const schemaVersion = "2.0.0";
const globalEnvVars = [{ key: "A", value: "b" }];

/** What waits longer than any test does. */
const hung = ["sleep", "100000"];
const touch = (name: string) => ["touch", `/tmp/${name}`];

for (const store of testStores()) {
	describe(`what structure tests leave, ${store}`, { concurrency: true }, () => {
		let scene: Scene;
		let image: string;

		before(async () => {
			scene = await structureScene(await engine(store));
			image = await scene.build("left");
		});
		after(() => scene.end());

		/** A scene that no other test looks into, with an image of its own. */
		async function sceneAlone(t: { after: (done: () => Promise<void>) => void }, tag: string | undefined) {
			const alone = await structureScene(scene.engine);
			t.after(() => alone.end());
			return { alone, image: await alone.build(tag) };
		}

		it("is an image that has no tag, though what was committed on it is removed", async (t) => {
			const { alone, image } = await sceneAlone(t, undefined);
			const before = await alone.inEngine();
			assert.equal(before.images.length, 1);
			const config = alone.write("untagged.json", {
				schemaVersion,
				globalEnvVars,
				commandTests: [
					{ name: "one", setup: [touch("a"), touch("b")], command: "ls", args: ["/tmp/a", "/tmp/b"] },
					{ name: "two", setup: [touch("c")], command: "ls", args: ["/tmp/c"] },
				],
				fileExistenceTests: [{ name: "three", path: "/bin/busybox", shouldExist: true }],
				metadataTest: { labels: [{ key: "berth-test", value: ".+", isRegex: true }] },
			});
			const configs = [
				config,
				alone.write("again.json", { schemaVersion, commandTests: [{ name: "x", command: "ls" }] }),
			];
			const { verdicts, left } = await alone.test({ images: [image], configs });
			assert.deepEqual(left, []);
			assert.deepEqual(verdicts.map(outcomes), [
				{
					"Command Test: one": true,
					"Command Test: two": true,
					"File Existence Test: three": true,
					"Metadata Test": true,
				},
				{ "Command Test: x": true },
			]);
			assert.deepEqual(await alone.inEngine(), before);
		});

		it("is nothing of a command that hangs, which is named", async (t) => {
			const { alone, image } = await sceneAlone(t, "hung");
			const before = await alone.inEngine();
			const [command, ...args] = hung;
			const config = alone.write("hung.json", {
				schemaVersion,
				globalEnvVars,
				commandTests: [
					{ name: "is fine", setup: [touch("a")], command: "true" },
					{ name: "hangs", setup: [touch("a"), touch("b")], command, args },
				],
			});
			const ran = await alone.test({ images: [image], configs: [config], timeoutMs: 30_000 });
			assert.deepEqual(theVerdict(ran).problem, {
				reason: 'took longer than 30s and was ended; "sleep 100000" was still running',
				line: null,
			});
			assert.deepEqual(await alone.inEngine(), before);
		});

		it("is nothing of a setup that hangs, nor of one that fails", async (t) => {
			const { alone, image } = await sceneAlone(t, undefined);
			const before = await alone.inEngine();
			const configs = [
				alone.write("hung-setup.json", {
					schemaVersion,
					commandTests: [{ name: "hangs", setup: [touch("a"), hung], command: "true" }],
				}),
				alone.write("failed-setup.json", {
					schemaVersion,
					commandTests: [{ name: "fails", setup: [touch("a"), ["/no/such/program"]], command: "true" }],
				}),
			];
			const { verdicts, left } = await alone.test({ images: [image], configs, timeoutMs: 30_000 });
			assert.deepEqual(left, []);
			assert.match(verdicts[0]?.problem?.reason ?? "", /"sleep 100000" was still running$/);
			assert.match(verdicts[1]?.tests[0]?.errors.join() ?? "", /^error in setup: .*\/no\/such\/program/);
			assert.deepEqual(await alone.inEngine(), before);
		});

		it("is what others have: containers, images without a tag, even on the same image", async (t) => {
			const { alone, image } = await sceneAlone(t, "shared");
			const run = (...args: string[]) => dockerOrThrow(alone.engine, args);
			const stopped = await run("create", image, "true");
			await run("commit", stopped);
			await run("run", "--detach", image, ...hung);
			const before = await alone.inEngine();
			assert.deepEqual([before.containers.length, before.images.length], [2, 2]);
			const config = alone.write("shared.json", {
				schemaVersion,
				commandTests: [{ name: "x", setup: [touch("a"), touch("b")], command: "ls" }],
			});
			theVerdict(await alone.test({ images: [image], configs: [config] }));
			assert.deepEqual(await alone.inEngine(), before);
		});

		it("is nothing on the disk", async () => {
			const config = scene.write("disk.json", {
				schemaVersion,
				commandTests: [{ name: "x", command: "ls" }],
			});
			theVerdict(await scene.test({ images: [image], configs: [config] }));
			assert.deepEqual(readdirSync(scene.dir), ["disk.json"]);
		});
	});
}
