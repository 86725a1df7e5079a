import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { doAtExit } from "../../src/throwaway/at-exit.ts";
import { startTestEngine, type TestEngine } from "../../test/engines/shared.ts";
import { round } from "../measure.ts";

/** An engine of its own and a folder for layers and images, both gone afterwards, come what may. */
export type Surroundings = {
	readonly engine: TestEngine;
	readonly dir: string;
	/** A path in the folder that nothing has yet. */
	readonly fresh: (name: string) => string;
};

export type Store = TestEngine["store"];

/** Does something with an engine and a folder that nobody else uses. */
export async function inSurroundings<T>(store: Store, act: (around: Surroundings) => Promise<T>): Promise<T> {
	const dir = mkdtempSync("/var/tmp/berth-bench-");
	const remove = () => rmSync(dir, { recursive: true, force: true });
	const forget = doAtExit(remove);
	let count = 0;
	const fresh = (name: string) => join(dir, `${name}-${++count}`);
	try {
		const { engine, stop } = await startTestEngine(store);
		try {
			return await act({ engine, dir, fresh });
		} finally {
			await stop();
		}
	} finally {
		remove();
		forget();
	}
}

/** One measured way on one line: its seconds, and how many times as long it takes as ours. */
export function wayLine(way: string, seconds: number, ours?: number): string {
	const times = ours === undefined ? "" : `   ${round(seconds / ours)}x`;
	return `  ${way.padEnd(44)}${`${round(seconds)} s`.padStart(10)}${times}`;
}

/** What a measurement was made on, for its heading. */
export function onEngine({ engineVersion, store }: TestEngine): string {
	return `Engine ${engineVersion.replace(/\+.*/, "")}, ${store === "containerd" ? "containerd store" : "overlay2"}`;
}
