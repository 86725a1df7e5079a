/** What the tests of upkeep share: images of their own, and an upkeep behind a proxy that sees what it asks for. */
import assert from "node:assert/strict";
import { dockerUpkeep, type Patience } from "../../src/engine/dockerode-upkeep.ts";
import type { Listed, ListedContainer, ListedImage, Upkeep } from "../../src/engine/upkeep.ts";
import { dockerOrThrow } from "../engines/docker.ts";
import type { TestEngine } from "../engines/shared.ts";
import { type Crossing, type EngineProxy, type Hooks, startProxy } from "../image/engine-proxy.ts";
import { type Scene, structureScene } from "../structure/scene.ts";

/** A scene of images, and the upkeep under test. */
export type UpkeepScene = Pick<Scene, "name" | "label" | "build" | "inEngine"> & {
	readonly upkeep: Upkeep;
	readonly crossings: EngineProxy["crossings"];
	/** Runs `docker`, past the proxy. */
	readonly docker: (...args: string[]) => Promise<string>;
	/** Makes a container from an image, changes nothing in it, and commits it; the commit's id. */
	readonly commit: (image: string) => Promise<string>;
	/** What the upkeep lists of the scene, by id. */
	readonly images: () => Promise<ReadonlyMap<string, ListedImage>>;
	readonly containers: () => Promise<ReadonlyMap<string, ListedContainer>>;
};

/** Makes a scene that is gone after the test, by when nothing forbidden must have been asked for. */
export async function upkeepScene(
	t: { after: (done: () => Promise<void>) => void },
	engine: TestEngine,
	hooks: Hooks & { readonly patience?: Patience } = {},
): Promise<UpkeepScene> {
	const scene = await structureScene(engine);
	const proxy = await startProxy(engine.host, hooks);
	t.after(async () => {
		await proxy.close();
		await scene.end();
		assert.deepEqual(proxy.crossings.filter(isForbidden), []);
	});
	const upkeep = dockerUpkeep({ ...engine.env, DOCKER_HOST: proxy.host }, hooks.patience);
	const docker = (...args: string[]) => dockerOrThrow(engine, args);
	return {
		...scene,
		...{ upkeep, docker, crossings: proxy.crossings },
		commit: async (image) => {
			const container = await docker("create", image, "true");
			const id = await docker("commit", container);
			await docker("rm", container);
			return id;
		},
		images: async () => byId(await upkeep.images({ label: scene.label, all: true })),
		containers: async () => byId(await upkeep.containers(scene.label)),
	};
}

/** The items of a list that must be there. */
export function itemsOf<T>(listed: Listed<T>): readonly T[] {
	assert.ok(listed.kind === "listed", JSON.stringify(listed));
	return listed.items;
}

function byId<T extends { readonly id: string }>(listed: Listed<T>): ReadonlyMap<string, T> {
	return new Map(itemsOf(listed).map((item) => [item.id, item]));
}

// By force, by id, or all that somebody else may need: none of it is ever ours to do.
function isForbidden({ method, path }: Crossing): boolean {
	if (path.startsWith("/images/prune")) return true;
	if (method !== "DELETE" || !path.startsWith("/images/")) return false;
	return /[?&]force=(?:1|true)/.test(path) || /^\/images\/(?:sha256|[0-9a-f]{12,64}(?:\?|$))/.test(path);
}
