import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Suite } from "./debian-packages.ts";
import type { EngineFolder } from "./engine-folder.ts";
import { askEngine } from "./engine-socket.ts";

/** How an engine keeps images: the containerd image store, or the overlay2 graph driver. */
export type Store = "containerd" | "overlay2";

/** The arguments of a dockerd that keeps to its folder and bridge and leaves the machine's network alone. */
export async function dockerdArguments(
	{ dir, socket, bridge }: EngineFolder,
	{ store, suite }: { readonly store: Store; readonly suite: Suite },
): Promise<string[]> {
	const configuration = {
		features: { "containerd-snapshotter": store === "containerd" },
		...(store === "overlay2" ? { "storage-driver": "overlay2" } : {}),
		// Engine 20.10 would leave a key in /etc/docker; later ones write none and don't know the setting.
		...(suite === "bookworm" ? { "deprecated-key-path": join(dir, "key.json") } : {}),
	};
	await writeFile(join(dir, "daemon.json"), JSON.stringify(configuration));
	return [
		`--config-file=${join(dir, "daemon.json")}`,
		`--data-root=${join(dir, "data")}`,
		`--exec-root=${join(dir, "x")}`,
		`--pidfile=${join(dir, "docker.pid")}`,
		`--host=unix://${socket}`,
		`--bridge=${bridge}`,
		"--iptables=false",
		"--ip6tables=false",
		"--ip-forward=false",
		"--ip-masq=false",
	];
}

/** The version of the engine at the socket, once its storage mode turns out to be the one asked for. */
export async function identifyEngine(
	socket: string,
	store: Store,
): Promise<{ ok: true; version: string } | { ok: false; message: string }> {
	const [version, info] = await Promise.all([askEngine(socket, "/version"), askEngine(socket, "/info")]);
	if (version.status !== 200 || info.status !== 200) {
		return { ok: false, message: `the engine answers ${version.status} and ${info.status}` };
	}
	const { Version } = JSON.parse(version.body) as { Version: string };
	const { Driver, DriverStatus } = JSON.parse(info.body) as {
		Driver: string;
		DriverStatus: string[][] | null;
	};
	const snapshots = (DriverStatus ?? []).some(([, value]) => value?.startsWith("io.containerd.snapshotter."));
	const matches = store === "containerd" ? snapshots : Driver === store && !snapshots;
	return matches
		? { ok: true, version: Version }
		: { ok: false, message: `Engine ${Version} came up with storage driver ${Driver}, not ${store}` };
}

/** Kills the running containers, which dockerd would otherwise wait for on its way out. */
export async function killContainers(socket: string): Promise<void> {
	const listed = await askEngine(socket, "/containers/json");
	if (listed.status !== 200) return;
	const containers = JSON.parse(listed.body) as { Id: string }[];
	await Promise.all(
		containers.map(({ Id }) => askEngine(socket, `/containers/${Id}/kill`, { method: "POST" })),
	);
}
