import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { docker, engine, type TestEngine, testStores } from "../engines/index.ts";
import { startBerth } from "./berth-process.ts";
import { type Crossing, type Hooks, isUpload, startProxy } from "./engine-proxy.ts";
import { imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, runs, type Scene, scene } from "./load-scene.ts";

const bytes = 200_000_000;
const isBig = (each: Crossing) => isUpload(each) && each.bodyBytes > bytes / 2;

/** Moments at which the process is killed, and whether the image may, or must, be there then. */
const moments: readonly {
	name: string;
	hook: keyof Hooks;
	isNow: (crossing: Crossing) => boolean;
	image: "no" | "perhaps" | "yes";
}[] = [
	{ name: "asks", hook: "before", isNow: ({ path }) => path.startsWith("/images/sha256:"), image: "no" },
	{ name: "begins to send", hook: "before", isNow: isUpload, image: "no" },
	{ name: "has sent half", hook: "during", isNow: isBig, image: "no" },
	{ name: "has sent the last byte", hook: "sent", isNow: isBig, image: "perhaps" },
	{ name: "is about to hear that all went well", hook: "answered", isNow: isBig, image: "yes" },
];

for (const store of testStores()) {
	describe(`a load that is killed, ${store}`, () => {
		let lent: TestEngine;
		let here: Scene;

		before(async () => {
			lent = await engine(store);
			here = scene();
		});
		after(() => here.end(lent));

		for (const [at, { name, hook, isNow, image: there }] of moments.entries()) {
			it(`when it ${name} leaves nothing half done, and loads again`, async () => {
				const layers = [await programLayer(lent), await freshLayer("big", bytes), await freshLayer("top")];
				const image = imageOf(layers);
				const [path, tag] = [here.path(`${at}`), here.name(`${at}`)];
				writeLayout(path, image);
				let kill = async (_crossing: Crossing): Promise<void> => undefined;
				const proxy = await startProxy(lent.host, { [hook]: (crossing: Crossing) => kill(crossing) });
				const env = { ...process.env, ...lent.env, DOCKER_HOST: proxy.host };
				const { child, ended } = startBerth(env, "load", `${path}=${tag}`);
				kill = async (crossing) => {
					if (!isNow(crossing)) return;
					child.kill("SIGKILL");
					await ended;
				};
				assert.deepEqual(
					{ ...(await ended), stderr: "" },
					{ code: null, signal: "SIGKILL", stdout: "", stderr: "" },
				);
				await proxy.close();
				const found = (await docker(lent, ["image", "inspect", tag])).code === 0;
				if (there !== "perhaps") assert.equal(found, there === "yes");
				await hasOnly(lent, [image], found ? [tag] : []);
				await loadOne({ ...process.env, ...lent.env }, `${path}=${tag}`);
				await runs(lent, tag, "big", "top");
				await hasOnly(lent, [image], [tag]);
			});
		}
	});
}
