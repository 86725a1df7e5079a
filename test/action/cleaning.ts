/** What the tests of the post step's cleanup share: an engine that no other test file uses, and what is in it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { docker, dockerOrThrow } from "../engines/docker.ts";
import { baseImage } from "../engines/images.ts";
import { type OwnedTestEngine, startTestEngine, type TestEngine } from "../engines/shared.ts";
import { structureTestBinary } from "../engines/structure-test.ts";
import type { Crossing } from "../image/engine-proxy.ts";
import { type FixtureLayer, imageOf, layerOf, tarOf, writeLayout } from "../image/fixtures.ts";
import { type Scene, sceneOn } from "./scene.ts";

/** The engine of a test file about cleaning up, and what is in it. */
export type Cleaning = {
	readonly engine: TestEngine;
	/** A scene in which nobody else has left anything. */
	readonly scene: (t: TestContext) => Promise<Scene>;
	/** The names of all images but the base image; `<none>` for those without. */
	readonly names: () => Promise<string[]>;
	readonly containers: () => Promise<string[]>;
	readonly volumes: () => Promise<string[]>;
	/** Brings an image into the engine under a name, not through Berth. */
	readonly bring: (...names: string[]) => Promise<void>;
	readonly stop: () => Promise<void>;
};

/** Starts an engine for some tests, which stop it when they are over. */
export async function startCleaning(store: TestEngine["store"]): Promise<Cleaning> {
	return cleaningOn(await startTestEngine(store));
}

/** The same with a small disk of the engine's own, on which nobody else writes. */
export async function startCleaningOnSmallDisk(
	store: TestEngine["store"],
	megabytes: number,
): Promise<Cleaning> {
	const dir = mkdtempSync("/var/tmp/berth-small-");
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", dir]);
	const { engine, stop } = await startTestEngine(store, dir);
	return cleaningOn({
		engine,
		stop: async () => {
			await stop();
			execFileSync("umount", [dir]);
			rmSync(dir, { recursive: true });
		},
	});
}

async function cleaningOn({ engine, stop }: OwnedTestEngine): Promise<Cleaning> {
	const base = await baseImage(engine);
	const list = async (...args: string[]) => {
		const listed = await dockerOrThrow(engine, args);
		return listed.split("\n").filter((line) => line !== "");
	};
	const names = async () => {
		const lines = await list("images", "--all", "--format", "{{.Repository}}:{{.Tag}}");
		return lines
			.map((line) => line.replace(/^<none>.*/, "<none>"))
			.filter((line) => line !== base)
			.sort();
	};
	const containers = () => list("ps", "--all", "--format", "{{.Names}}");
	const volumes = () => list("volume", "ls", "--format", "{{.Name}}");
	let brought = 0;
	return {
		...{ engine, names, containers, volumes, stop },
		scene: async (t) => {
			t.after(async () => {
				const left = await list("ps", "--all", "--quiet");
				if (left.length > 0) await dockerOrThrow(engine, ["rm", "--force", ...left]);
				const images = (await list("images", "--all", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"))
					.map((line) => line.split(" "))
					.filter(([name]) => name !== base)
					.map(([name = "", id = ""]) => (name.startsWith("<none>") ? id : name));
				if (images.length > 0) await dockerOrThrow(engine, ["rmi", "--force", ...images]);
				const marks = await volumes();
				if (marks.length > 0) await dockerOrThrow(engine, ["volume", "rm", ...marks]);
			});
			return sceneOn(t, engine);
		},
		bring: async (...all) => {
			for (const name of all) {
				const content = Buffer.from(`${name} ${++brought}`);
				await dockerOrThrow(engine, ["import", "-", name], {
					input: await tarOf([{ name: "file", content }]),
				});
			}
		},
	};
}

/** Asserts that so many image names were taken away, each by name and without force, and that no image was pruned. */
export function assertOnlyByName(crossings: readonly Crossing[], count: number): void {
	const calls = crossings.map(({ method, path }) => `${method} ${path}`);
	const deletions = calls.filter((call) => call.startsWith("DELETE /images/"));
	assert.equal(deletions.length, count, calls.join("\n"));
	for (const call of deletions) {
		assert.doesNotMatch(call, /force=(?!0|false)/);
		assert.match(call, /^DELETE \/images\/[^/?]*(?:\/|%2F)[^?]*(?::|%3A)[^?]*(?:\?|$)/i);
	}
	const pruning = calls.filter((call) => /prune/.test(call.replace(/noprune/, "")));
	assert.deepEqual(
		pruning.filter((call) => !call.includes("/build/prune?")),
		[],
	);
}

/** Writes an image as a layout; the name that Berth and Bazel give it. */
export async function layoutIn(
	scene: Scene,
	name: string,
	...below: readonly FixtureLayer[]
): Promise<{ dir: string; name: string }> {
	const image = imageOf([...below, await layerOf({ [name]: `${scene.nonce} ${name}` })]);
	const dir = writeLayout(join(scene.dir, name), image);
	const named = image.digest.replace(":", "-");
	return { dir, name: `cst.oci.local/${named}:${named}` };
}

/**
 * Runs container-structure-test as Bazel's rule does, on an image that has a name already, and kills it while a command
 * of its runs: the third, after two that it has committed.
 */
export async function killedStructureTest(scene: Scene, image: string): Promise<void> {
	const config = join(scene.dir, "killed.yaml");
	const setup = [
		["touch", "/a"],
		["touch", "/b"],
		["sleep", "100000"],
	];
	const tests = { schemaVersion: "2.0.0", commandTests: [{ name: "hangs", setup, command: "true" }] };
	writeFileSync(config, JSON.stringify(tests));
	const env = { ...process.env, ...scene.engine.env };
	const program = await structureTestBinary();
	const child = spawn(program, ["test", "--image", image, "--config", config], { env, stdio: "ignore" });
	const ended = new Promise((resolve) => child.once("close", resolve));
	const hung = await runningContainer(scene, (command) => command.includes("sleep"), ended);
	child.kill("SIGKILL");
	await ended;
	await dockerOrThrow(scene.engine, ["kill", hung]);
}

/** Waits for a container with such a command to run, as long as what starts it has not ended. */
export async function runningContainer(
	{ engine }: Scene,
	is: (command: string) => boolean,
	ended: Promise<unknown>,
): Promise<string> {
	const list = ["ps", "--quiet", "--no-trunc", "--filter", "status=running"];
	let over: unknown;
	void ended.then((result) => (over = result ?? "nothing was said"));
	for (;;) {
		if (over !== undefined) throw new Error(`it has ended: ${JSON.stringify(over)}`);
		const ids = (await dockerOrThrow(engine, list)).split("\n").filter((id) => id !== "");
		for (const id of ids) {
			// It may be gone by now.
			const { stdout } = await docker(engine, ["inspect", "--format", "{{json .Config.Cmd}}", id]);
			if (is(stdout)) return id;
		}
	}
}
