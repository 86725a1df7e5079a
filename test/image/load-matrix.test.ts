import { after } from "node:test";
import { type Store, type Suite, startThrowawayEngine } from "../../src/throwaway/engine.ts";
import { engine, testStores } from "../engines/index.ts";
import type { TestEngine } from "../engines/shared.ts";
import { keepsTheContract } from "./load-contract.ts";

/** Engines that are not lent here, by the Debian suite that has them. */
const others: readonly { readonly suite: Suite; readonly store: Store; readonly name: string }[] = [
	{ suite: "bookworm", store: "overlay2", name: "Engine 20.10, overlay2" },
	{ suite: "trixie", store: "overlay2", name: "Engine 26.1, overlay2" },
	{ suite: "trixie", store: "containerd", name: "Engine 26.1, containerd" },
];

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

for (const store of testStores()) keepsTheContract(`the engine under test, ${store}`, () => engine(store));

for (const { suite, store, name } of others)
	if (process.env["BERTH_TEST_SUITE"] !== suite) keepsTheContract(name, () => start(suite, store));

async function start(suite: Suite, store: Store): Promise<TestEngine> {
	const started = await startThrowawayEngine({ suite, store });
	if (!started.ok) throw new Error(`no engine of ${suite} with store ${store}: ${started.message}`);
	stops.push(started.engine.stop);
	return started.engine;
}
