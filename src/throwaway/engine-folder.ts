import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { demolish } from "./demolish.ts";
import { ownerFile, thisProcess } from "./owner.ts";

/** Where the things of one engine are: all under `dir`, but for its bridge. */
export interface EngineFolder {
	readonly dir: string;
	readonly socket: string;
	readonly binDir: string;
	readonly dockerConfigDir: string;
	readonly busybox: string;
	readonly bridge: string;
}

/** What the names of engines' folders begin with. */
export const folderPrefix = "berth-engine-";

const longestSocket = "XXXXXX/x/containerd/containerd.sock.ttrpc";
const socketPathLimit = 107;
const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const;

/** Whether sockets of an engine below `parent` would have names that the kernel takes. */
export function leavesRoomForSockets(parent: string): boolean {
	return Buffer.byteLength(join(parent, folderPrefix + longestSocket)) <= socketPathLimit;
}

/** Makes the private folder of one engine, marked as this process's. */
export function claimFolder(parent: string): EngineFolder {
	const dir = mkdtempSync(join(parent, folderPrefix));
	writeFileSync(join(dir, ownerFile), JSON.stringify(thisProcess()));
	return engineFolder(dir);
}

/** The places in an engine's folder; the bridge's name is short enough for the kernel. */
export function engineFolder(dir: string): EngineFolder {
	return {
		dir,
		socket: join(dir, "docker.sock"),
		binDir: join(dir, "bin"),
		dockerConfigDir: join(dir, "config"),
		busybox: join(dir, "bin", "busybox"),
		bridge: `berth${basename(dir).slice(folderPrefix.length)}`,
	};
}

/** Makes a `DOCKER_CONFIG` in which the CLI finds the buildx of `binDir`. */
export async function makeDockerConfig(configDir: string, binDir: string): Promise<void> {
	const plugins = join(configDir, "cli-plugins");
	await mkdir(plugins, { recursive: true });
	await symlink(join(binDir, "docker-buildx"), join(plugins, "docker-buildx"));
}

/** The environment in which `docker` means the engine of this folder, whatever the user's own settings. */
export function clientEnvironment(folder: EngineFolder): Record<string, string> {
	return {
		DOCKER_HOST: `unix://${folder.socket}`,
		DOCKER_CONFIG: folder.dockerConfigDir,
		DOCKER_CONTEXT: "",
		DOCKER_TLS_VERIFY: "",
		BUILDX_BUILDER: "",
		PATH: [folder.binDir, process.env["PATH"]].filter(Boolean).join(delimiter),
	};
}

/**
 * Removes an engine with all it made. What can't be let go of stays, to be swept when this process has
 * ended.
 */
export async function removeEngine(folder: EngineFolder, busybox = folder.busybox): Promise<void> {
	if (demolish(folder.dir, folder.bridge, busybox)) await rm(folder.dir, removal);
}

/** The same for a process that is about to exit and can't wait. */
export function removeEngineNow(folder: EngineFolder, busybox = folder.busybox): void {
	if (demolish(folder.dir, folder.bridge, busybox)) rmSync(folder.dir, removal);
}
