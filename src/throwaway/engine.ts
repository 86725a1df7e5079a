import { realpathSync } from "node:fs";
import { doAtExit } from "./at-exit.ts";
import { bringUp, takeDown } from "./bring-up.ts";
import type { Daemon } from "./daemon.ts";
import type { Suite } from "./debian-packages.ts";
import type { Store } from "./dockerd.ts";
import {
	claimFolder,
	clientEnvironment,
	type EngineFolder,
	leavesRoomForSockets,
	makeDockerConfig,
	removeEngine,
	removeEngineNow,
} from "./engine-folder.ts";
import { type EnginePackages, linkPrograms, unpackEngine } from "./engine-packages.ts";
import { sweepAbandoned } from "./sweep.ts";

export type { Suite } from "./debian-packages.ts";
export type { Store } from "./dockerd.ts";

/** What engine to start; without a suite the newest Debian has that runs here. */
export interface EngineRequest {
	readonly store: Store;
	readonly suite?: Suite;
	/** Where its folder is made; has to be on a disk that overlayfs can write to. */
	readonly dir?: string;
}

/** A running engine of our own. */
export interface ThrowawayEngine {
	readonly store: Store;
	readonly suite: Suite;
	/** What had to be done otherwise than asked, a line each. */
	readonly notes: readonly string[];
	/** Its address, as `DOCKER_HOST` takes it. */
	readonly host: string;
	/** A folder with docker, docker-buildx, dockerd, containerd, runc, busybox. */
	readonly binDir: string;
	/** A `DOCKER_CONFIG` in which the CLI finds buildx. */
	readonly dockerConfigDir: string;
	/** To be merged into a process's environment to make `docker` there mean this engine. */
	readonly env: Readonly<Record<string, string>>;
	readonly engineVersion: string;
	/** A static busybox: all that an image needs. */
	readonly busybox: string;
	/** Ends the engine and removes all it made: processes, mounts, bridge, folder. */
	readonly stop: () => Promise<void>;
}

/** An engine, or why there is none. */
export type StartedEngine =
	| { readonly ok: true; readonly engine: ThrowawayEngine }
	| { readonly ok: false; readonly reason: StartFailure; readonly message: string };

/** The ways in which a machine can be unable to run an engine. */
export type StartFailure =
	| "not-linux"
	| "not-root"
	| "path-too-long"
	| "packages"
	| "bridge"
	| "daemon"
	| "storage-mode";

interface Parts {
	readonly request: EngineRequest;
	readonly packages: Extract<EnginePackages, { ok: true }>;
	readonly folder: EngineFolder;
	readonly up: { readonly daemon: Daemon; readonly version: string };
	readonly remove: () => Promise<void>;
}

/** Starts a Docker engine that shares nothing with any other on the machine. */
export async function startThrowawayEngine(request: EngineRequest): Promise<StartedEngine> {
	const parent = request.dir ?? "/var/tmp";
	const refusal = refuse(parent);
	if (refusal !== undefined) return refusal;
	const packages = await unpackEngine(request.suite);
	if (!packages.ok) {
		return failure("packages", `the engine's packages are not to be had: ${packages.message}`);
	}
	const folder = claimFolder(parent);
	const forgetExit = doAtExit(() => removeEngineNow(folder));
	const remove = async () => {
		await removeEngine(folder);
		forgetExit();
	};
	try {
		await linkPrograms(packages.roots, folder.binDir);
		await makeDockerConfig(folder.dockerConfigDir, folder.binDir);
		await sweepAbandoned(parent, folder.busybox);
		const up = await bringUp(folder, { ...packages, store: request.store });
		if (up.ok) return { ok: true, engine: describe({ request, packages, folder, up, remove }) };
		await remove();
		return failure(up.reason, up.message);
	} catch (error) {
		await remove();
		throw error;
	}
}

function refuse(parent: string): StartedEngine | undefined {
	if (process.platform !== "linux")
		return failure("not-linux", "a Docker engine can only be started on Linux");
	if (process.getuid?.() !== 0) return failure("not-root", "a Docker engine can only be started by root");
	if (leavesRoomForSockets(parent)) return undefined;
	return failure(
		"path-too-long",
		`${parent} is too long a path for the engine's sockets; give a shorter one`,
	);
}

function failure(reason: StartFailure, message: string): StartedEngine {
	return { ok: false, reason, message };
}

function describe({ request, packages, folder, up, remove }: Parts): ThrowawayEngine {
	let stopping: Promise<void> | undefined;
	const stop = async () => {
		await takeDown(folder, up.daemon);
		await remove();
	};
	return {
		store: request.store,
		suite: packages.suite,
		notes: packages.notes,
		host: `unix://${folder.socket}`,
		binDir: folder.binDir,
		dockerConfigDir: folder.dockerConfigDir,
		env: clientEnvironment(folder),
		engineVersion: up.version,
		// The file itself: a link would be copied as a link into somebody's build context.
		busybox: realpathSync(folder.busybox),
		stop: () => {
			stopping ??= stop();
			return stopping;
		},
	};
}
