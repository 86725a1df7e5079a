import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import { ownerOfRun, structureTestLabel, sweep } from "../../src/structure/sweep.ts";
import { dockerOrThrow, engine, type TestEngine, testStores } from "../engines/index.ts";
import { structureTestBinary } from "../engines/structure-test.ts";
import { startBerth } from "../image/berth-process.ts";
import { type Crossing, type Hooks, startProxy } from "../image/engine-proxy.ts";
import { type Scene, structureScene, theVerdict } from "./scene.ts";

const config = {
	schemaVersion: "2.0.0",
	globalEnvVars: [{ key: "A", value: "b" }],
	commandTests: [
		{
			name: "hangs",
			setup: [
				["touch", "/tmp/a"],
				["touch", "/tmp/b"],
				["sleep", "100000"],
			],
			command: "true",
		},
	],
};

const isCommit = ({ path }: Crossing) => path.startsWith("/commit");
const isStart = ({ path }: Crossing) => /^\/containers\/[^/]+\/start/.test(path);
const isWait = ({ path }: Crossing) => /^\/containers\/[^/]+\/wait/.test(path);
const isCreate = ({ path }: Crossing) => path.startsWith("/containers/create");

/** Moments at which the program is killed: the third time that such a call goes by, and what it is about. */
const moments: readonly { name: string; hook: keyof Hooks; is: (crossing: Crossing) => boolean }[] = [
	{ name: "a command of its setup runs", hook: "answered", is: isStart },
	{ name: "a container is being made", hook: "sent", is: isCreate },
	{ name: "a container was made that it hasn't heard of", hook: "answered", is: isCreate },
	{ name: "a container is being committed", hook: "sent", is: isCommit },
	{ name: "a commit is done that it hasn't heard of", hook: "answered", is: isCommit },
];

for (const store of testStores()) {
	describe(`killed structure tests, ${store}`, { concurrency: 3, timeout: 300_000 }, () => {
		let lent: TestEngine;

		before(async () => {
			lent = await engine(store);
		});

		/** A scene, its image, and a proxy that does `act` at the third of the calls. */
		async function behindProxy(
			t: { after: (done: () => Promise<void>) => void },
			{ hook, is }: Pick<(typeof moments)[number], "hook" | "is">,
			act: (scene: Scene) => unknown,
		) {
			const scene = await structureScene(lent);
			t.after(() => scene.end());
			let seen = 0;
			const proxy = await startProxy(lent.host, {
				[hook]: async (crossing: Crossing) => {
					if (is(crossing) && ++seen === 3) await act(scene);
				},
			});
			t.after(proxy.close);
			Object.assign(scene.env, { DOCKER_HOST: proxy.host });
			const image = await scene.build(undefined);
			return { scene, image, before: await scene.inEngine(), file: scene.write("hung.json", config) };
		}

		for (const moment of moments) {
			it(`leave nothing when killed while ${moment.name}`, async (t) => {
				const { scene, image, before, file } = await behindProxy(t, moment, (here) =>
					process.kill(Number(readFileSync(`${here.dir}/pid`, "utf8")), "SIGKILL"),
				);
				const wrapper = `#!/bin/sh\necho $$ > ${scene.dir}/pid\nexec ${await structureTestBinary()} "$@"\n`;
				const binary = scene.write("binary", wrapper);
				chmodSync(binary, 0o755);
				const { problem } = theVerdict(await scene.test({ images: [image], configs: [file], binary }));
				assert.deepEqual(problem, {
					reason: "container-structure-test was ended by SIGKILL and said nothing",
					line: null,
				});
				assert.deepEqual(await scene.inEngine(), before);
			});
		}

		it("leave nothing when Berth is told to end", async (t) => {
			let tell = () => {};
			const { scene, image, before, file } = await behindProxy(t, { hook: "before", is: isWait }, () =>
				tell(),
			);
			const args = ["test", image, "--config", file, "--structure-test", await structureTestBinary()];
			const { child, ended } = startBerth(scene.env, ...args);
			tell = () => void child.kill("SIGTERM");
			const { code, signal, stdout, stderr } = await ended;
			assert.deepEqual([code, signal, stderr], [null, "SIGTERM", ""]);
			assert.match(stdout, /was ended before it was done; "sleep 100000" was still running/);
			assert.deepEqual(await scene.inEngine(), before);
		});

		it("can be cleared away by their label when Berth itself is killed", async (t) => {
			let kill = () => {};
			const { scene, image, before, file } = await behindProxy(
				t,
				moments[0] as (typeof moments)[number],
				() => kill(),
			);
			const args = ["test", image, "--config", file, "--structure-test", await structureTestBinary()];
			const { child, ended } = startBerth(scene.env, ...args);
			kill = () => void child.kill("SIGKILL");
			assert.equal((await ended).signal, "SIGKILL");
			const { containers, images } = await scene.inEngine();
			assert.equal(containers.length, 1);
			assert.ok(images.length > before.images.length);
			const [container = ""] = containers;
			const format = `{{index .Config.Labels "${structureTestLabel}"}}`;
			const id = await dockerOrThrow(lent, ["inspect", "--format", format, container]);
			const tagged = images.find((line) => !before.images.includes(line))?.split(" ")[0] ?? "";
			const keep = `berth-test/kept-${id}:1`;
			await dockerOrThrow(lent, ["tag", tagged, keep]);
			const label = `${structureTestLabel}=${id}`;
			assert.equal(ownerOfRun(id)?.owner, "none");
			assert.ok((ownerOfRun(id)?.untilMs ?? 0) > Date.now());
			// What has got a tag stays, and what it was committed from.
			for (const line of await sweep(dockerUpkeep(scene.env), label))
				assert.match(line, /another image was made from it/);
			const after = await scene.inEngine();
			assert.deepEqual(after.containers, []);
			assert.ok(after.images.some((line) => line.endsWith(` ${keep}`)));
			await dockerOrThrow(lent, ["rmi", "--no-prune", keep]);
			assert.deepEqual(await sweep(dockerUpkeep(scene.env), label), []);
			assert.deepEqual(await scene.inEngine(), before);
		});

		it("leave alone what others' run at the same time", async (t) => {
			const { scene, image, before } = await behindProxy(
				t,
				moments[0] as (typeof moments)[number],
				() => undefined,
			);
			const { promise: started, resolve: start } = Promise.withResolvers<void>();
			const slow = scene.write("slow.json", {
				schemaVersion: "2.0.0",
				commandTests: [
					{ name: "slow", setup: [["touch", "/tmp/a"]], command: "sleep", args: ["100000"], exitCode: 137 },
				],
			});
			const quick = scene.write("quick.json", {
				schemaVersion: "2.0.0",
				commandTests: [
					{
						name: "quick",
						setup: [
							["touch", "/tmp/a"],
							["touch", "/tmp/b"],
						],
						command: "true",
					},
				],
			});
			const proxy = await startProxy(lent.host, {
				answered: (crossing) => {
					// The second: that of the test itself, after its setup's.
					if (isStart(crossing) && proxy.crossings.filter(isStart).length === 2) start();
				},
			});
			t.after(proxy.close);
			Object.assign(scene.env, { DOCKER_HOST: proxy.host });
			const first = scene.test({ images: [image], configs: [slow] });
			const early = await Promise.race([started, first]);
			assert.equal(early, undefined, JSON.stringify(early));
			const meanwhile = await scene.inEngine();
			assert.equal(
				theVerdict(await scene.test({ images: [image], configs: [quick] })).tests[0]?.passed,
				true,
			);
			assert.deepEqual(await scene.inEngine(), meanwhile);
			await dockerOrThrow(lent, ["kill", ...meanwhile.containers]);
			assert.equal(theVerdict(await first).tests[0]?.passed, true);
			assert.deepEqual(await scene.inEngine(), before);
		});
	});
}
