/** Docker engines for tests. Only for test files: importing it registers a hook that stops what was started. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Store } from "../../src/throwaway/engine.ts";
import { makeDockerConfig } from "../../src/throwaway/engine-folder.ts";
import { lentEngine, startTestEngine, type TestEngine } from "./shared.ts";

export { docker, dockerOrThrow, emptyBuilder } from "./docker.ts";
export { baseImage, baseImageName, buildContext } from "./images.ts";
export { type TestEngine, testStores } from "./shared.ts";

const engines = new Map<Store, Promise<TestEngine>>();
const stops: (() => Promise<void>)[] = [];

after(async () => {
	await Promise.all(stops.map((stop) => stop()));
});

/**
 * The engine of this test file: the one lent by the process that runs the tests, else one of its own that
 * is stopped when the file's tests are over. Throws when none can be started.
 */
export function engine(store: Store): Promise<TestEngine> {
	const known = engines.get(store) ?? borrowOrStart(store);
	engines.set(store, known);
	return known;
}

async function borrowOrStart(store: Store): Promise<TestEngine> {
	const lent = lentEngine(store);
	if (lent !== undefined) return withOwnConfig(lent);
	const started = await startTestEngine(store);
	stops.push(started.stop);
	return started.engine;
}

/** The engine is shared with other test files; the builders that buildx knows of must not be. */
async function withOwnConfig(lent: TestEngine): Promise<TestEngine> {
	const dockerConfigDir = await mkdtemp(join(tmpdir(), "berth-docker-config-"));
	stops.push(() => rm(dockerConfigDir, { recursive: true, force: true }));
	await makeDockerConfig(dockerConfigDir, lent.binDir);
	return { ...lent, dockerConfigDir, env: { ...lent.env, DOCKER_CONFIG: dockerConfigDir } };
}
