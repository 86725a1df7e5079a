/** What structure tests' tests share: an image of their own, the testing itself, and what is in the engine after it. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import { type TestRequest, type Tests, testImages } from "../../src/jobs/test-images.ts";
import type { ConfigVerdict } from "../../src/structure/verdict.ts";
import { docker, dockerOrThrow } from "../engines/docker.ts";
import { baseImage } from "../engines/images.ts";
import type { TestEngine } from "../engines/shared.ts";
import { structureTestBinary } from "../engines/structure-test.ts";

/** Images by their names, all for one platform if one is given. */
type Asked = Partial<Omit<TestRequest, "images">> & {
	readonly images: readonly string[];
	readonly configs: readonly string[];
	readonly platform?: string;
};

/** A folder for configs, and images that no other test has, told from all others by a label. */
export type Scene = {
	readonly engine: TestEngine;
	readonly env: NodeJS.ProcessEnv;
	readonly dir: string;
	/** Writes a file, JSON unless it is a text, and gives its path. */
	readonly write: (name: string, content: string | object) => string;
	/** By this label all that is the scene's is told in the engine. */
	readonly label: string;
	readonly name: (tag: string) => string;
	/** Builds an image, upon busybox unless the steps say otherwise; without a tag, its id. */
	readonly build: (tag: string | undefined, ...steps: string[]) => Promise<string>;
	/** Tests as `berth test` does, with configs and images of the scene. */
	readonly test: (request: Asked) => Promise<Tests>;
	/** What the engine has of the scene: ids of containers, and of images with their names. */
	readonly inEngine: () => Promise<{ readonly containers: string[]; readonly images: string[] }>;
	/** Removes the folder and all of the scene that is in the engine. */
	readonly end: () => Promise<void>;
};

const bases = new Map<string, Promise<string>>();

function baseIn(engine: TestEngine): Promise<string> {
	const base = bases.get(engine.host) ?? baseImage(engine);
	bases.set(engine.host, base);
	return base;
}

/** Makes a scene in an engine. */
export async function structureScene(engine: TestEngine): Promise<Scene> {
	const base = await baseIn(engine);
	const dir = mkdtempSync("/var/tmp/berth-test-structure-");
	const nonce = randomBytes(6).toString("hex");
	// What a killed Berth leaves on the disk goes with the scene.
	const env = { ...process.env, ...engine.env, RUNNER_TEMP: dir };
	const write = (name: string, content: string | object) => {
		const file = join(dir, name);
		writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
		return file;
	};
	const name = (tag: string) => `berth-test/${nonce}:${tag}`;
	const label = `berth-test=${nonce}`;
	const list = async (...args: string[]) => {
		const listed = await dockerOrThrow(engine, [...args, "--filter", `label=${label}`]);
		return [...new Set(listed.split("\n").filter((line) => line !== ""))].sort();
	};
	const inEngine = async () => ({
		containers: await list("ps", "--all", "--quiet", "--no-trunc"),
		images: await list("images", "--all", "--no-trunc", "--format", "{{.ID}} {{.Repository}}:{{.Tag}}"),
	});
	return {
		...{ engine, env, dir, label, name, write, inEngine },
		build: async (tag, ...steps) => {
			const from = steps[0]?.startsWith("FROM ") ? [] : [`FROM ${base}`];
			const input = [...from, ...steps, `LABEL ${label}`].join("\n");
			const named = tag === undefined ? [] : ["--tag", name(tag)];
			const metadata = join(dir, "metadata.json");
			const to = ["--metadata-file", metadata, "--provenance=false", "--network=none", ...named];
			await dockerOrThrow(engine, ["buildx", "build", ...to, "-"], { input });
			// What `--quiet` prints is the config's digest, which is no image's id in the containerd store.
			const id = String(JSON.parse(readFileSync(metadata, "utf8"))["containerimage.digest"]);
			rmSync(metadata);
			return tag === undefined ? id : name(tag);
		},
		test: async ({ images: names, platform, ...others }) => {
			const adapters = { engine: dockerEngine(env), upkeep: dockerUpkeep(env) };
			const tools = { ...adapters, env, tempDir: dir, done: () => undefined };
			const images = names.map((each) => ({ name: each, platform }));
			const binary = await structureTestBinary();
			return testImages({ binary, timeoutMs: 120_000, ...others, images }, tools);
		},
		end: async () => {
			rmSync(dir, { recursive: true, force: true });
			const { containers, images } = await inEngine();
			if (containers.length > 0) await docker(engine, ["rm", "--force", "--volumes", ...containers]);
			const names = images.map((line) => line.replace(/ <none>:<none>$/, "").replace(/^.* /, ""));
			if (names.length > 0) await docker(engine, ["rmi", "--force", ...names]);
		},
	};
}

/** The one verdict, of tests that met no problem on their way. */
export function theVerdict({ verdicts, problems, left }: Tests): ConfigVerdict {
	assert.deepEqual([problems, left], [[], []]);
	assert.equal(verdicts.length, 1);
	const [verdict] = verdicts;
	assert.ok(verdict);
	return verdict;
}

/** Each test's name and whether it passed. */
export function outcomes({ tests, problem }: ConfigVerdict): Record<string, boolean> {
	assert.equal(problem, null);
	return Object.fromEntries(tests.map(({ name, passed }) => [name, passed]));
}
