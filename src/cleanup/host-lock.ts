import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";

/** A lock that is held, or not, another process having held it all the while. */
export type Locked =
	| { readonly kind: "held"; readonly release: () => Promise<void> }
	| { readonly kind: "busy" };

/**
 * Takes a lock that only one process of the machine can hold: a socket in Linux's abstract namespace, which has no file
 * to be left behind and is let go of when its process ends, however that ends. Processes in other network namespaces
 * (a runner in a container) don't see it, and where there are no such sockets nothing is locked. Waits until `signal`
 * says no.
 */
export async function takeHostLock(key: string, signal: AbortSignal): Promise<Locked> {
	if (process.platform !== "linux") return unlocked;
	const name = `\0berth-${createHash("sha256").update(key).digest("hex").slice(0, 32)}`;
	for (;;) {
		const server = await listen(name);
		if (server === "impossible") return unlocked;
		if (server !== "taken") return { kind: "held", release: () => close(server) };
		if (signal.aborted) return { kind: "busy" };
		await untilLetGo(name, signal);
	}
}

const unlocked: Locked = { kind: "held", release: async () => undefined };

function listen(name: string): Promise<Server | "taken" | "impossible"> {
	return new Promise((resolve) => {
		// Whoever waits connects, and is answered by the end of the connection when the lock is let go of.
		const server = createServer((socket) =>
			waiting.get(server)?.add(socket.unref().on("error", () => undefined)),
		);
		waiting.set(server, new Set());
		server.once("error", (error: NodeJS.ErrnoException) =>
			resolve(error.code === "EADDRINUSE" ? "taken" : "impossible"),
		);
		server.listen(name, () => resolve(server.unref()));
	});
}

const waiting = new WeakMap<Server, Set<{ destroy: () => unknown }>>();

async function close(server: Server): Promise<void> {
	const closed = new Promise<void>((resolve) => server.close(() => resolve()));
	for (const socket of waiting.get(server) ?? []) socket.destroy();
	await closed;
}

function untilLetGo(name: string, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const socket = connect(name);
		const end = () => {
			socket.destroy();
			signal.removeEventListener("abort", end);
			resolve();
		};
		signal.addEventListener("abort", end);
		socket.once("error", end).once("close", end);
	});
}
