/** What tests of loading share: images that run, the loading itself, and what a user sees of it afterwards. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Header } from "tar/header";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import type { LoadReport } from "../../src/image/loader.ts";
import { type Loads, loadImages } from "../../src/jobs/load-images.ts";
import { askEngine } from "../../src/throwaway/engine-socket.ts";
import { docker, dockerOrThrow } from "../engines/docker.ts";
import type { TestEngine } from "../engines/shared.ts";
import { type FixtureImage, type FixtureLayer, layerOf, type Packing, packed, tarOf } from "./fixtures.ts";

/** A folder for one test's images, and names that no other test has. */
export type Scene = {
	readonly path: (name: string) => string;
	readonly name: (tag: string) => string;
	/** Removes the folder, and all images that have a name of this scene. */
	readonly end: (engine: TestEngine) => Promise<void>;
};

/** Makes a scene. */
export function scene(): Scene {
	const dir = mkdtempSync("/var/tmp/berth-test-load-");
	const repository = `berth-test/load-${randomBytes(6).toString("hex")}`;
	return {
		path: (name) => join(dir, name),
		name: (tag) => `${repository}:${tag}`,
		end: async (engine) => {
			rmSync(dir, { recursive: true, force: true });
			const listed = await dockerOrThrow(engine, [
				"images",
				"--format",
				"{{.Repository}}:{{.Tag}}",
				repository,
			]);
			const names = listed.split("\n").filter((name) => name !== "");
			if (names.length > 0) await dockerOrThrow(engine, ["rmi", ...names]);
		},
	};
}

/** A layer that an image of it alone can run: a busybox, and a file that makes it another layer than any before. */
export async function programLayer(engine: TestEngine, packing?: Packing): Promise<FixtureLayer> {
	const program = { name: "busybox", content: readFileSync(engine.busybox) };
	const tar = await tarOf([program, { name: "unique", content: randomBytes(32) }]);
	const header = new Header(tar, 0);
	header.mode = 0o755;
	header.encode(tar, 0);
	return packed(tar, packing ?? "tar+gzip");
}

/** A layer with one file that nobody has seen before, whose first line is its name. */
export function freshLayer(file: string, bytes = 1024, packing: Packing = "tar"): Promise<FixtureLayer> {
	// What is random for a few kilobytes is as unique, and made sooner.
	const noise = randomBytes(Math.min(bytes, 64 * 1024)).toString("hex");
	const first = Buffer.from(`${file}\n${noise.slice(0, 64)}`);
	return layerOf({ [file]: Buffer.concat([first, Buffer.alloc(bytes, noise)]) }, packing);
}

/** Loads as `berth load` does, into the engine that `env` names. */
export async function load(env: NodeJS.ProcessEnv, ...items: string[]): Promise<Loads> {
	const engine = dockerEngine(env);
	const answer = await engine.info();
	assert.equal(answer.kind, "reachable", JSON.stringify(answer));
	assert.ok(answer.kind === "reachable");
	const watch = { expects: () => undefined, sent: () => undefined };
	return loadImages(items, { engine, info: answer.info, watch, done: () => undefined });
}

/** The same where all is expected to go well: the reports. */
export async function loadAll(env: NodeJS.ProcessEnv, ...items: string[]): Promise<readonly LoadReport[]> {
	const { reports, problems } = await load(env, ...items);
	assert.deepEqual(problems, []);
	assert.equal(reports.length, items.length);
	return reports;
}

/** The same for one image. */
export async function loadOne(env: NodeJS.ProcessEnv, item: string): Promise<LoadReport> {
	const [report] = await loadAll(env, item);
	assert.ok(report);
	return report;
}

/** Runs the image, and sees that it has these files of fresh layers. */
export async function runs(engine: TestEngine, image: string, ...files: string[]): Promise<void> {
	const read = ["/busybox", "head", "-qn1", ...files.map((file) => `/${file}`)];
	const said = await dockerOrThrow(engine, ["run", "--rm", "--network=none", image, ...read]);
	assert.deepEqual(said.split("\n"), files);
}

/** Whether the engine can give the image away again, as it says and as it does. */
export async function isWhole(engine: TestEngine, image: string): Promise<void> {
	const dir = mkdtempSync("/var/tmp/berth-test-save-");
	const { code, stderr } = await docker(engine, ["save", "-o", join(dir, "saved"), image]);
	rmSync(dir, { recursive: true, force: true });
	assert.equal(code, 0, stderr);
	const listed = await imagesIn(engine);
	const found = listed.find(({ RepoTags }) => RepoTags?.includes(image));
	assert.ok(found, `${image} is not listed`);
	for (const { Available, Descriptor } of found.Manifests ?? [])
		assert.ok(Available, `${Descriptor.digest} of ${image} is not whole`);
}

/** Sees that no image has lost its name or is no image: these are all the test's, and `names` are all they have. */
export async function hasOnly(
	engine: TestEngine,
	images: readonly FixtureImage[],
	names: readonly string[],
): Promise<void> {
	const listed = await imagesIn(engine);
	const tags = (each: ListedImage) => (each.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>");
	assert.deepEqual(
		listed.flatMap(tags).filter((tag) => tag.startsWith("berth.invalid/")),
		[],
	);
	const ids = new Set<string>(images.flatMap(({ digest, id }) => [digest, id]));
	const ours = listed.filter(
		({ Id, RepoTags }) => ids.has(Id) || RepoTags?.some((tag) => names.includes(tag)),
	);
	assert.deepEqual(
		ours.filter((each) => tags(each).length === 0),
		[],
	);
	assert.deepEqual(ours.flatMap(tags).sort(), [...names].sort());
	for (const name of names) await isWhole(engine, name);
}

type ListedImage = {
	readonly Id: string;
	readonly RepoTags: readonly string[] | null;
	readonly Manifests?: readonly { Available: boolean; Descriptor: { digest: string } }[];
};

async function imagesIn(engine: TestEngine): Promise<readonly ListedImage[]> {
	const path = "/images/json?all=1&manifests=1";
	for (let attempt = 1; ; attempt++) {
		const socket = engine.host.replace(/^unix:\/\//, "");
		const { status, body } = await askEngine(socket, path, { timeoutMs: 60_000 });
		// The containerd store lists, then looks at each: one that another test file removes meanwhile fails the whole.
		if (status === 404 && attempt < 50) continue;
		assert.equal(status, 200, body);
		return JSON.parse(body) as ListedImage[];
	}
}
