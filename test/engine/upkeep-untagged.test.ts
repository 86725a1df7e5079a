import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { engine, type TestEngine, testStores } from "../engines/index.ts";
import { upkeepScene } from "./upkeep-scene.ts";

for (const store of testStores()) {
	describe(`removing an image without a name, ${store}`, { concurrency: true }, () => {
		let lent: TestEngine;
		before(async () => {
			lent = await engine(store);
		});

		it("removes it, and none that it was made from, with a name or without", async (t) => {
			const { upkeep, name, build, commit, images } = await upkeepScene(t, lent);
			await build("base");
			const lower = await commit(name("base"));
			const upper = await commit(lower);
			const base = (await images()).get(lower)?.parent ?? "";
			assert.equal((await images()).get(upper)?.parent, lower);
			assert.deepEqual(await upkeep.removeUntagged(upper), { kind: "done" });
			assert.deepEqual([...(await images()).keys()].sort(), [base, lower].sort());
			assert.deepEqual(await upkeep.removeUntagged(lower), { kind: "done" });
			assert.deepEqual([...(await images()).keys()], [base]);
			assert.deepEqual(await upkeep.removeUntagged(lower), { kind: "done" });
		});

		it("removes what a build without a name made", async (t) => {
			const { upkeep, build, images } = await upkeepScene(t, lent);
			const id = await build(undefined);
			assert.deepEqual((await images()).get(id)?.tags, []);
			assert.deepEqual(await upkeep.removeUntagged(id), { kind: "done" });
			assert.equal((await images()).size, 0);
		});

		it("is refused as in use where a container or an image was made from it, and leaves no name", async (t) => {
			const { upkeep, name, build, commit, docker, inEngine } = await upkeepScene(t, lent);
			await build("base");
			const below = await commit(name("base"));
			const above = await commit(below);
			const used = await commit(name("base"));
			await docker("create", used, "true");
			const before = await inEngine();
			assert.equal(before.images.length, 4, above);
			for (const id of [below, used]) {
				const refused = await upkeep.removeUntagged(id);
				assert.deepEqual([refused.kind, "status" in refused && refused.status], ["refused", 409]);
			}
			assert.deepEqual(await inEngine(), before);
		});

		it("spares an image that somebody names at that moment", async (t) => {
			let atRemoval = async () => {};
			const { upkeep, name, build, docker, images } = await upkeepScene(t, lent, {
				before: ({ method }) => (method === "DELETE" ? atRemoval() : undefined),
			});
			const id = await build(undefined);
			atRemoval = async () => void (await docker("tag", id, name("wanted")));
			const refused = await upkeep.removeUntagged(id);
			assert.deepEqual([refused.kind, "status" in refused && refused.status], ["refused", 409]);
			assert.deepEqual((await images()).get(id)?.tags, [name("wanted")]);
		});

		it("takes away the name that a killed process had left, which is listed as none", async (t) => {
			let dead = true;
			const { upkeep, build, images, docker } = await upkeepScene(t, lent, {
				allows: ({ method }) => method !== "DELETE" || !dead,
			});
			const id = await build(undefined);
			assert.equal((await upkeep.removeUntagged(id)).kind, "refused");
			const left = await docker("inspect", "--format", "{{json .RepoTags}}", id);
			assert.match(left, /berth\.invalid\/untagged:/);
			assert.deepEqual((await images()).get(id)?.tags, []);
			dead = false;
			assert.deepEqual(await upkeep.removeUntagged(id), { kind: "done" });
			assert.equal((await images()).size, 0);
		});
	});
}
