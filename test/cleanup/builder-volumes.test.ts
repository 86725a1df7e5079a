import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { before, describe, it } from "node:test";
import { builderOf, planVolumes, unattachedStates } from "../../src/cleanup/builder-volumes.ts";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import { itemsOf } from "../engine/upkeep-scene.ts";
import { baseImage, docker, dockerOrThrow, engine, type TestEngine, testStores } from "../engines/index.ts";

const hour = 3_600_000;
const day = 24 * hour;
const nowMs = 1_800_000_000_000;

describe("the state volumes of builders", () => {
	for (const [volume, builder] of [
		["buildx_buildkit_mine0_state", "mine"],
		["buildx_buildkit_mine_20_state", "mine_2"],
		[
			"buildx_buildkit_builder-b5b4f6a1-51a9-4b0e-8d7c-0a6f3e2d1c900_state",
			"builder-b5b4f6a1-51a9-4b0e-8d7c-0a6f3e2d1c90",
		],
		["buildx_buildkit_mine0_state2", undefined],
		["buildx_buildkit_mine_state", undefined],
		["buildx_buildkit_0_state", undefined],
		["my_buildx_buildkit_mine0_state", undefined],
		["data", undefined],
	] as const)
		it(`are told by their names: ${volume}`, () => assert.equal(builderOf(volume), builder));

	const madeUp = `builder-${randomUUID()}`;
	const facts = {
		containers: [],
		isKnown: () => false,
		firstSeenMs: () => nowMs - 2 * hour,
		...{ nowMs, minAgeMs: hour, maxAgeMs: 14 * day },
	};
	const volumes = [`buildx_buildkit_${madeUp}0_state`, "buildx_buildkit_mine0_state", "data"].map((name) => ({
		...{ name, labels: {}, createdMs: 0 },
	}));

	it("go soon if the builder's name was made up for a job, and late if somebody named it", () => {
		const [first, second] = volumes.map(({ name }) => name);
		assert.deepEqual(planVolumes(volumes, facts), {
			remove: [{ name: first }],
			kept: [{ name: second, reason: "it has not been seen unused for 14d yet" }],
		});
		const late = planVolumes(volumes, { ...facts, firstSeenMs: () => nowMs - 14 * day });
		assert.deepEqual(late, { remove: [{ name: first }, { name: second }], kept: [] });
		const early = planVolumes(volumes, { ...facts, firstSeenMs: () => nowMs });
		assert.deepEqual(early.remove, []);
	});
});

for (const store of testStores())
	describe(`the state volumes of builders, ${store}`, () => {
		let lent: TestEngine;
		before(async () => {
			lent = await engine(store);
		});

		it("stay while a builder is known, or a container has them or will, and go after", async (t) => {
			const upkeep = dockerUpkeep(lent.env);
			const nonce = randomBytes(6).toString("hex");
			const label = `berth-test=${nonce}`;
			const image = await baseImage(lent);
			const run = (...args: string[]) => dockerOrThrow(lent, args);
			const names = ["known", "mounted", "booted", "orphan"].map((each) => `${each}-${nonce}`);
			const [known = "", mounted = "", booted = "", orphan = ""] = names;
			const volumeOf = (builder: string) => `buildx_buildkit_${builder}0_state`;
			t.after(async () => {
				await docker(lent, ["rm", "--force", `other-${nonce}`, `buildx_buildkit_${booted}0`]);
				await docker(lent, ["volume", "rm", ...names.map(volumeOf)]);
				await docker(lent, ["buildx", "rm", known]);
			});
			await run("buildx", "create", "--driver", "docker-container", "--name", known);
			for (const name of names) await run("volume", "create", "--label", label, volumeOf(name));
			await run(
				"create",
				"--name",
				`other-${nonce}`,
				"--volume",
				`${volumeOf(mounted)}:/data`,
				image,
				"true",
			);
			await run("create", "--name", `buildx_buildkit_${booted}0`, image, "true");

			const plan = async () => {
				const containers = itemsOf(await upkeep.containers());
				const volumes = itemsOf(await upkeep.volumes(label));
				const codes = await Promise.all(
					names.map(async (name) => [name, (await docker(lent, ["buildx", "inspect", name])).code] as const),
				);
				const isKnown = (name: string) => new Map(codes).get(name) === 0;
				const facts = { containers, isKnown, firstSeenMs: () => 0, nowMs, minAgeMs: hour, maxAgeMs: day };
				const free = unattachedStates(volumes, containers).map(({ name }) => name);
				return { free: free.sort(), ...planVolumes(volumes, facts) };
			};
			const { free, remove, kept } = await plan();
			assert.deepEqual(free, [known, orphan].map(volumeOf).sort());
			assert.deepEqual(remove, [{ name: volumeOf(orphan) }]);
			assert.deepEqual(
				kept.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
				[
					{ name: volumeOf(booted), reason: `container "buildx_buildkit_${booted}0" uses it` },
					{ name: volumeOf(known), reason: `builder "${known}" uses it` },
					{ name: volumeOf(mounted), reason: `container "other-${nonce}" uses it` },
				],
			);
			await run("buildx", "rm", "--keep-state", known);
			await run("rm", `other-${nonce}`, `buildx_buildkit_${booted}0`);
			const after = await plan();
			assert.deepEqual(after.kept, []);
			for (const { name } of after.remove)
				assert.deepEqual(await upkeep.removeVolume(name), { kind: "done" });
			assert.deepEqual(itemsOf(await upkeep.volumes(label)), []);
		});
	});
