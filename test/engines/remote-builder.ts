import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { doAtExit } from "../../src/throwaway/at-exit.ts";
import {
	type Daemon,
	lastWords,
	startDaemon,
	stopDaemon,
	waitUntilReady,
} from "../../src/throwaway/daemon.ts";
import {
	claimFolder,
	type EngineFolder,
	removeEngine,
	removeEngineNow,
} from "../../src/throwaway/engine-folder.ts";
import { dockerOrThrow } from "./docker.ts";
import { goTool } from "./go-tool.ts";
import type { TestEngine } from "./shared.ts";

/** A BuildKit daemon of our own, apart from any engine. */
export interface RemoteBuilder {
	/** Its address, as buildx's `remote` driver takes it. */
	readonly address: string;
	/** Makes the daemon known as builder `name` to the buildx of the engine's `DOCKER_CONFIG`. */
	readonly register: (name: string) => Promise<void>;
	readonly stop: () => Promise<void>;
}

const readyBoundMs = 30_000;
const stopBoundMs = 10_000;

/** Starts a buildkitd, for what an engine's own builder refuses; throws when it does not come up. */
export async function startBuildkitd(engine: TestEngine): Promise<RemoteBuilder> {
	const program = await buildkitdBinary();
	const folder = claimFolder("/var/tmp");
	const forgetExit = doAtExit(() => removeEngineNow(folder, engine.busybox));
	const socket = join(folder.dir, "buildkitd.sock");
	const daemon = await launch(program, { folder, socket, engine });
	const stop = async () => {
		await stopDaemon(daemon, stopBoundMs);
		await removeEngine(folder, engine.busybox);
		forgetExit();
	};
	if (!(await waitUntilReady(daemon, () => listens(socket), readyBoundMs))) {
		const words = await lastWords(daemon);
		await stop();
		throw new Error(`buildkitd did not come up:\n${words}`);
	}
	const address = `unix://${socket}`;
	return { address, stop, register: (name) => register(engine, name, address) };
}

/** Path of buildkitd, built on the first call. */
export function buildkitdBinary(): Promise<string> {
	const module = "github.com/moby/buildkit";
	return goTool({ name: "buildkitd", module, version: "v0.30.0", folder: "./cmd/buildkitd" });
}

interface Site {
	readonly folder: EngineFolder;
	readonly socket: string;
	readonly engine: TestEngine;
}

async function launch(program: string, { folder, socket, engine }: Site): Promise<Daemon> {
	const configuration = join(folder.dir, "buildkitd.toml");
	await writeFile(configuration, "");
	const args = [
		`--config=${configuration}`,
		`--addr=unix://${socket}`,
		`--root=${join(folder.dir, "data")}`,
		// Its default is one path for the whole machine, which two daemons that start at once fail on.
		`--otel-socket-path=${join(folder.dir, "otel.sock")}`,
		"--oci-worker=true",
		"--oci-worker-net=host",
		"--containerd-worker=false",
	];
	const env = { ...process.env, PATH: engine.env["PATH"] };
	return startDaemon(program, args, { env, log: join(folder.dir, "buildkitd.log") });
}

async function register(engine: TestEngine, name: string, address: string): Promise<void> {
	await dockerOrThrow(engine, ["buildx", "create", "--driver", "remote", "--name", name, address]);
}

function listens(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
