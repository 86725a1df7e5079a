import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { docker, dockerOrThrow, engine, type TestEngine, testStores } from "../engines/index.ts";
import { itemsOf, upkeepScene } from "./upkeep-scene.ts";

for (const store of testStores()) {
	describe(`what upkeep lists, ${store}`, { concurrency: true }, () => {
		let lent: TestEngine;
		before(async () => {
			lent = await engine(store);
		});

		it("are the images whose names fit patterns, with all of their names", async (t) => {
			const { upkeep, name, build, docker: run } = await upkeepScene(t, lent);
			await build("sha256-1");
			await run("tag", name("sha256-1"), name("other"));
			const [folder = ""] = name("").split("/");
			const [repository = ""] = name("").split(":");
			const fitting = async (pattern: string) =>
				itemsOf(await upkeep.images({ references: [pattern] })).flatMap(({ tags }) => tags);
			for (const pattern of [`${folder}/*`, repository, `${repository}:sha256-*`])
				assert.ok((await fitting(pattern)).includes(name("sha256-1")), pattern);
			for (const pattern of [folder, `${repository}:sha256`]) assert.deepEqual(await fitting(pattern), []);
		});

		it("are the images that have a label, with what they share only if asked for", async (t) => {
			const { upkeep, label, build, name } = await upkeepScene(t, lent);
			await build("labelled", "RUN echo > /file");
			const [key = ""] = label.split("=");
			const [plain, ...others] = itemsOf(await upkeep.images({ label }));
			assert.deepEqual([plain?.tags, plain?.sharedBytes, others], [[name("labelled")], undefined, []]);
			assert.equal(`${key}=${plain?.labels[key]}`, label);
			const counted = itemsOf(await upkeep.images({ shared: true })).find(({ id }) => id === plain?.id);
			assert.ok((counted?.sharedBytes ?? 0) > 0 && (counted?.sharedBytes ?? 0) <= (counted?.bytes ?? 0));
			assert.deepEqual(itemsOf(await upkeep.images({ label: `${label}x` })), []);
		});

		it("are times, of which an image's making tells nothing, and its last naming not always", async (t) => {
			const { upkeep, label, name } = await upkeepScene(t, lent);
			const input = `FROM scratch\nCOPY <<EOF /file\n${name("")}\nEOF\nLABEL ${label}`;
			const epoch = ["--build-arg", "SOURCE_DATE_EPOCH=0", "--tag", name("epoch"), "-"];
			await dockerOrThrow(lent, ["buildx", "build", ...epoch], { input });
			const [image] = itemsOf(await upkeep.images({ label }));
			assert.equal(image?.createdMs, 0);
			await loadAgain(lent, name("epoch"));
			const loaded = await upkeep.details(name("epoch"));
			assert.ok(loaded !== undefined && !("kind" in loaded));
			const { timeMs } = await infoOf(lent);
			if (store === "overlay2") assert.equal(loaded.lastTaggedMs, undefined);
			else assert.ok(Math.abs(timeMs - (loaded.lastTaggedMs ?? 0)) < 60_000);
			assert.equal(loaded.layers.length, 1);
			assert.equal(await upkeep.details(name("none")), undefined);
		});

		it("are containers, and what they were made from even when that name has moved on", async (t) => {
			const { upkeep, label, name, build, docker: run, containers } = await upkeepScene(t, lent);
			await build("moving", "RUN echo 1 > /file");
			const volume = name("volume").replace(/\W/g, "-");
			const id = await run(
				"create",
				"--volume",
				`${volume}:/data`,
				"--volume",
				"/anonymous",
				name("moving"),
				"a",
				"b",
			);
			t.after(async () => void (await docker(lent, ["volume", "rm", volume])));
			const imageId = (await containers()).get(id)?.imageId ?? "";
			const byId = await run("create", imageId);
			await build("moving", "RUN echo 2 > /file");
			const found = await containers();
			assert.equal(found.get(id)?.image, name("moving"));
			assert.equal(found.get(id)?.imageId, imageId);
			assert.equal(found.get(id)?.state, "created");
			assert.equal(found.get(id)?.volumes.length, 2);
			assert.ok(found.get(id)?.volumes.includes(volume));
			assert.equal(found.get(byId)?.image, imageId);
			assert.ok(itemsOf(await upkeep.containers()).length >= 2);
			assert.deepEqual(itemsOf(await upkeep.containers(`${label}x`)), []);
			assert.deepEqual(await upkeep.command(id), {
				...{ entrypoint: null, command: ["a", "b"], attached: true, bare: false },
			});
			const inUse = await upkeep.removeVolume(volume);
			assert.deepEqual(["status" in inUse && inUse.status], [409]);
			assert.deepEqual(await upkeep.removeContainer(id), { kind: "done" });
			assert.equal(await upkeep.command(id), undefined);
			assert.deepEqual(await upkeep.removeVolume(volume), { kind: "done" });
		});

		it("are containers that stay while they run unless that doesn't matter", async (t) => {
			const { upkeep, name, build, docker: run, containers } = await upkeepScene(t, lent);
			await build("image");
			const id = await run("run", "--detach", name("image"), "sleep", "100000");
			const refused = await upkeep.removeContainer(id);
			assert.deepEqual(["status" in refused && refused.status], [409]);
			assert.equal((await containers()).get(id)?.state, "running");
			assert.deepEqual(await upkeep.removeContainer(id, { running: true }), { kind: "done" });
			assert.equal((await containers()).size, 0);
		});

		it("are volumes, which stay as they were first made", async (t) => {
			const { upkeep, label, name } = await upkeepScene(t, lent);
			const [key = "", value = ""] = label.split("=");
			const volume = name("made").replace(/\W/g, "-");
			const { timeMs } = await infoOf(lent);
			const made = await upkeep.createVolume(volume, { [key]: value });
			assert.deepEqual(await upkeep.createVolume(volume, { [key]: "another" }), made);
			assert.deepEqual(itemsOf(await upkeep.volumes(label)), [made]);
			assert.ok("createdMs" in made && made.createdMs >= Math.floor(timeMs / 1000) * 1000);
			assert.ok(itemsOf(await upkeep.volumes()).some((each) => each.name === volume));
			assert.deepEqual(await upkeep.removeVolume(volume), { kind: "done" });
			assert.deepEqual(await upkeep.removeVolume(volume), { kind: "done" });
			assert.deepEqual(itemsOf(await upkeep.volumes(label)), []);
		});

		it("are the names that were given since a moment, by whatever way", async (t) => {
			const { upkeep, name, build, docker: run } = await upkeepScene(t, lent);
			await build("before");
			await build("loaded", "RUN echo > /file");
			const ours = async (momentMs: number) =>
				itemsOf(await upkeep.namedSince(momentMs))
					.filter((each) => each.atMs >= Math.floor(momentMs / 1000) * 1000)
					.map((each) => each.name)
					.filter((each) => each.startsWith(name("")));
			const { timeMs } = await infoOf(lent);
			assert.deepEqual(await ours(timeMs), []);
			await run("tag", name("before"), name("tagged"));
			await loadAgain(lent, name("loaded"));
			assert.deepEqual((await ours(timeMs)).sort(), [name("loaded"), name("tagged")]);
		});
	});
}

/** Saves an image, removes it, and loads it again. */
async function loadAgain(lent: TestEngine, name: string): Promise<void> {
	const file = join(lent.dockerConfigDir, `${name.replace(/\W/g, "-")}.tar`);
	await dockerOrThrow(lent, ["save", "--output", file, name]);
	await dockerOrThrow(lent, ["rmi", name]);
	await dockerOrThrow(lent, ["load", "--input", file]);
}

async function infoOf(lent: TestEngine) {
	const answer = await dockerEngine(lent.env).info();
	assert.ok(answer.kind === "reachable");
	return answer.info;
}
