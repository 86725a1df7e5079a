import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { startThrowawayEngine } from "../../src/throwaway/engine.ts";
import { dockerOrThrow } from "../engines/docker.ts";
import type { TestEngine } from "../engines/shared.ts";
import { type Running, startBerth } from "./berth-process.ts";
import { type Crossing, type EngineProxy, startProxy } from "./engine-proxy.ts";
import { type FixtureImage, imageOf, writeLayout } from "./fixtures.ts";
import { freshLayer, hasOnly, loadOne, programLayer, type Scene, scene } from "./load-scene.ts";

const repository = "berth.invalid/probe";
const isProbeAsked = ({ method, path }: Crossing) =>
	method === "GET" && path.startsWith(`/images/${repository}`);

describe("a probe of a process that was told to end", () => {
	let engine: TestEngine;
	let stop: () => Promise<void>;
	let proxy: EngineProxy;
	let env: NodeJS.ProcessEnv;
	let here: Scene;
	let image: FixtureImage;
	let onProbe: (() => Promise<unknown>) | undefined;

	before(async () => {
		// Older ones than Engine 28 answer a probe with an error, and are never asked about it.
		const started = await startThrowawayEngine({ store: "containerd", suite: "sid" });
		assert.ok(started.ok, JSON.stringify(started));
		engine = started.engine;
		stop = started.engine.stop;
		proxy = await startProxy(engine.host, {
			allows: ({ path }) => path !== "/grpc",
			before: async (crossing) => {
				if (isProbeAsked(crossing)) await onProbe?.();
			},
		});
		env = { ...process.env, ...engine.env, DOCKER_HOST: proxy.host };
	});
	after(async () => {
		await proxy.close();
		await stop();
	});
	beforeEach(async () => {
		here = scene();
		image = imageOf([await programLayer(engine), await freshLayer("a")]);
		writeLayout(here.path("a"), image);
	});
	afterEach(() => here.end(engine));

	const item = () => `${here.path("a")}=${here.name("a")}`;
	const probes = async () => {
		const listed = await dockerOrThrow(engine, [
			"images",
			"--format",
			"{{.Repository}}:{{.Tag}}",
			repository,
		]);
		return listed.split("\n").filter((line) => line !== "");
	};

	/** Sends the signal when the probe is in the engine, and lets the process go on once it has been sent. */
	async function interrupt(signal: NodeJS.Signals): Promise<readonly string[]> {
		let seen: readonly string[] = [];
		let running: Running | undefined;
		onProbe = async () => {
			seen = await probes();
			running?.child.kill(signal);
			if (signal === "SIGKILL") await running?.ended;
		};
		running = startBerth(env, "load", item());
		const { signal: endedBy } = await running.ended;
		onProbe = undefined;
		assert.equal(endedBy, signal);
		return seen;
	}

	for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
		it(`is taken away at once on ${signal}`, async () => {
			assert.equal((await interrupt(signal)).length, 1);
			await hasOnly(engine, [image], []);
		});
	}

	it("is taken away by a later load when nobody can be using it any more", async () => {
		const [left] = await interrupt("SIGKILL");
		assert.deepEqual(await probes(), [left]);
		await loadOne(env, item());
		// It might be in use still.
		assert.deepEqual(await probes(), [left]);
		const old = `${repository}:${Date.now() - 11 * 60_000}-00c0ffee`;
		await dockerOrThrow(engine, ["tag", left ?? "", old]);
		await dockerOrThrow(engine, ["rmi", left ?? ""]);
		assert.deepEqual(await probes(), [old]);
		const next = imageOf([await programLayer(engine)]);
		await loadOne(env, `${writeLayout(here.path("next"), next)}=${here.name("next")}`);
		await hasOnly(engine, [image, next], [here.name("a"), here.name("next")]);
		assert.equal(await dockerOrThrow(engine, ["images", "--quiet", "--filter", "dangling=true"]), "");
	});

	it("is taken away when all goes well", async () => {
		let asked = 0;
		onProbe = async () => void asked++;
		await loadOne(env, item());
		assert.equal(asked, 1);
		await hasOnly(engine, [image], [here.name("a")]);
	});
});
