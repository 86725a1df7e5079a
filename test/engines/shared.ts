import { type Store, type Suite, startThrowawayEngine } from "../../src/throwaway/engine.ts";

/** What a test needs to know of an engine; plain data, so that it can be handed to another process. */
export interface TestEngine {
	readonly store: Store;
	readonly host: string;
	readonly binDir: string;
	readonly dockerConfigDir: string;
	/** To be merged into a process's environment to make `docker` there mean this engine. */
	readonly env: Readonly<Record<string, string>>;
	readonly engineVersion: string;
	readonly busybox: string;
}

/** A test engine that whoever started it has to stop. */
export interface OwnedTestEngine {
	readonly engine: TestEngine;
	readonly stop: () => Promise<void>;
}

const suites: readonly Suite[] = ["sid", "trixie", "bookworm"];

/** The stores that the engine under test has: the containerd image store came after bookworm's. */
export function testStores(): readonly Store[] {
	return testSuite() === "bookworm" ? ["overlay2"] : ["containerd", "overlay2"];
}

/** Starts an engine of the suite in BERTH_TEST_SUITE, else the newest, in `dir` if given; throws when there is none. */
export async function startTestEngine(store: Store, dir?: string): Promise<OwnedTestEngine> {
	const suite = testSuite();
	const where = { ...(suite === undefined ? {} : { suite }), ...(dir === undefined ? {} : { dir }) };
	const started = await startThrowawayEngine({ store, ...where });
	if (!started.ok) {
		throw new Error(`no test engine with store ${store} (${started.reason}): ${started.message}`);
	}
	const { host, binDir, dockerConfigDir, env, engineVersion, busybox, stop } = started.engine;
	return { engine: { store, host, binDir, dockerConfigDir, env, engineVersion, busybox }, stop };
}

/** The environment by which a process that starts test files lends them an engine of its own. */
export function lend(engine: TestEngine): Record<string, string> {
	return { [variableOf(engine.store)]: JSON.stringify(engine) };
}

/** The engine that this process was lent, if any. */
export function lentEngine(store: Store): TestEngine | undefined {
	const lent = process.env[variableOf(store)];
	return lent ? (JSON.parse(lent) as TestEngine) : undefined;
}

function variableOf(store: Store): string {
	return `BERTH_TEST_ENGINE_${store.toUpperCase()}`;
}

function testSuite(): Suite | undefined {
	const name = process.env["BERTH_TEST_SUITE"];
	if (!name) return undefined;
	const suite = suites.find((known) => known === name);
	if (suite === undefined) throw new Error(`BERTH_TEST_SUITE is ${name}; it can be ${suites.join(", ")}`);
	return suite;
}
