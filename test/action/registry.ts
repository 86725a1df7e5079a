import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	type Daemon,
	lastWords,
	startDaemon,
	stopDaemon,
	waitUntilReady,
} from "../../src/throwaway/daemon.ts";
import { unpackPackages } from "../../src/throwaway/debian-packages.ts";

/** A registry on this machine's own address, which every engine may speak to without TLS. */
export type Registry = { readonly address: string; readonly stop: () => Promise<void> };

const readyBoundMs = 20_000;
const stopBoundMs = 5_000;

/** Starts Debian's docker-registry on a port of the kernel's choice; throws when it does not come up. */
export async function startRegistry(): Promise<Registry> {
	const unpacked = await unpackPackages({ suite: "bookworm", names: ["docker-registry"] });
	if (!unpacked.ok) throw new Error(`no registry: ${unpacked.message}`);
	const dir = mkdtempSync("/var/tmp/berth-registry-");
	const configuration = join(dir, "config.yml");
	writeFileSync(
		configuration,
		`version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${join(dir, "data")}\nhttp:\n  addr: 127.0.0.1:0\n`,
	);
	const log = join(dir, "registry.log");
	const program = join(unpacked.root, "usr", "bin", "docker-registry");
	const daemon = startDaemon(program, ["serve", configuration], { env: process.env, log });
	const stop = async () => {
		await stopDaemon(daemon, stopBoundMs);
		rmSync(dir, { recursive: true, force: true });
	};
	const address = await addressOf(daemon, log);
	if (address !== undefined) return { address, stop };
	const words = await lastWords(daemon);
	await stop();
	throw new Error(`the registry did not come up:\n${words}`);
}

async function addressOf(daemon: Daemon, log: string): Promise<string | undefined> {
	const find = () => /listening on (127\.0\.0\.1:\d+)/.exec(readFileSync(log, "utf8"))?.[1];
	await waitUntilReady(daemon, async () => find() !== undefined, readyBoundMs);
	return find();
}
