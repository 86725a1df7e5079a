import { delimiter, join } from "node:path";
import { addBridge } from "./bridge.ts";
import { type Daemon, lastWords, startDaemon, stopDaemon, waitUntilReady } from "./daemon.ts";
import type { Suite } from "./debian-packages.ts";
import { dockerdArguments, identifyEngine, killContainers, type Store } from "./dockerd.ts";
import { clientEnvironment, type EngineFolder } from "./engine-folder.ts";
import { libraryFolders } from "./engine-packages.ts";
import { askEngine } from "./engine-socket.ts";

/** A dockerd that answers, or what kept it from doing so. */
export type BroughtUp =
	| { readonly ok: true; readonly daemon: Daemon; readonly version: string }
	| { readonly ok: false; readonly reason: "bridge" | "daemon" | "storage-mode"; readonly message: string };

/** What to make an engine of. */
export interface Supplies {
	readonly roots: readonly string[];
	readonly suite: Suite;
	readonly store: Store;
}

const readyBoundMs = 60_000;
const stopBoundMs = 15_000;

/** Starts dockerd in the folder and waits until it answers in the storage mode asked for. */
export async function bringUp(folder: EngineFolder, { roots, suite, store }: Supplies): Promise<BroughtUp> {
	const bridgeFault = await addBridge(folder.busybox, folder.bridge);
	if (bridgeFault !== undefined) return { ok: false, reason: "bridge", message: bridgeFault };
	const daemon = startDaemon(
		join(folder.binDir, "dockerd"),
		await dockerdArguments(folder, { store, suite }),
		{
			env: await daemonEnvironment(folder, roots),
			log: join(folder.dir, "dockerd.log"),
		},
	);
	const ready = async () => (await askEngine(folder.socket, "/_ping")).status === 200;
	if (!(await waitUntilReady(daemon, ready, readyBoundMs))) {
		const message = `dockerd did not come up:\n${await lastWords(daemon)}`;
		await stopDaemon(daemon, stopBoundMs);
		return { ok: false, reason: "daemon", message };
	}
	const identity = await identifyEngine(folder.socket, store);
	if (identity.ok) return { ok: true, daemon, version: identity.version };
	await stopDaemon(daemon, stopBoundMs);
	return { ok: false, reason: "storage-mode", message: identity.message };
}

/** Ends dockerd, and the containers that it would otherwise wait for. */
export async function takeDown(folder: EngineFolder, daemon: Daemon): Promise<void> {
	await killContainers(folder.socket);
	await stopDaemon(daemon, stopBoundMs);
}

async function daemonEnvironment(folder: EngineFolder, roots: readonly string[]): Promise<NodeJS.ProcessEnv> {
	const libraries = await libraryFolders(roots);
	const path = clientEnvironment(folder)["PATH"];
	if (libraries.length === 0) return { ...process.env, PATH: path };
	const known = process.env["LD_LIBRARY_PATH"];
	const search = [...libraries, ...(known ? [known] : [])].join(delimiter);
	return { ...process.env, PATH: path, LD_LIBRARY_PATH: search };
}
