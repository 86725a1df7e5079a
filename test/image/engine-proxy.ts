import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Duplex, pipeline, Transform } from "node:stream";

/** A request that came by; it grows while its body does. */
export type Crossing = {
	readonly method: string;
	readonly path: string;
	bodyBytes: number;
	status: number | undefined;
};

/** What is done to requests on their way; each hook is waited for before the request goes on. */
export type Hooks = {
	/** The head has come; nothing has reached the engine. */
	readonly before?: (crossing: Crossing) => unknown;
	/** Some of the body is about to go on. */
	readonly during?: (crossing: Crossing) => unknown;
	/** All of the body has gone on. */
	readonly sent?: (crossing: Crossing) => unknown;
	/** The engine has answered; the client hasn't heard of it. */
	readonly answered?: (crossing: Crossing) => unknown;
	/** What isn't allowed is answered 403, as socket proxies do. */
	readonly allows?: (crossing: Crossing) => boolean;
};

/** An engine behind a proxy that writes down what crosses. */
export type EngineProxy = {
	/** Its address, as `DOCKER_HOST` takes it. */
	readonly host: string;
	readonly crossings: readonly Crossing[];
	/** The archives that were sent to it, in order. */
	readonly uploads: () => Crossing[];
	readonly close: () => Promise<void>;
};

/** Puts a proxy with a socket of its own before the engine at `host`. */
export async function startProxy(host: string, hooks: Hooks = {}): Promise<EngineProxy> {
	const target = host.replace(/^unix:\/\//, "");
	const dir = mkdtempSync(join(tmpdir(), "berth-proxy-"));
	const crossings: Crossing[] = [];
	const note = ({ method = "", url = "" }: IncomingMessage) => {
		const crossing = { method, path: url.replace(/^\/v1\.\d+/, ""), bodyBytes: 0, status: undefined };
		crossings.push(crossing);
		return crossing;
	};
	const server = createServer((asked, answer) => void forward(target, hooks, note(asked), asked, answer));
	server.on("upgrade", (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
		void upgrade(target, hooks, note(asked), { asked, socket, head });
	});
	server.requestTimeout = 0;
	// A test that fails before it closes this must not wait for it.
	server.unref();
	const socket = join(dir, "docker.sock");
	await listen(server, socket);
	return {
		host: `unix://${socket}`,
		crossings,
		uploads: () => crossings.filter(isUpload),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

/** Whether a request is an archive on its way. */
export function isUpload({ method, path }: Crossing): boolean {
	return method === "POST" && path.startsWith("/images/load");
}

/** Lets bytes through between TCP connections, as `server` makes them, and the engine at `host`. */
export async function startPipe(
	host: string,
	serve: (onSocket: (socket: Duplex) => void) => Server = (onSocket) => createTcpServer(onSocket),
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
	const open = new Set<Duplex>();
	const server = serve((socket) => {
		const engine = connect(host.replace(/^unix:\/\//, ""));
		for (const [from, to] of [
			[socket, engine],
			[engine, socket],
		] as const) {
			open.add(from);
			from.on("error", () => to.destroy());
			from.on("close", () => open.delete(from));
			from.pipe(to);
		}
	});
	server.unref();
	await listen(server, { port: 0, host: "127.0.0.1" });
	return {
		port: (server.address() as AddressInfo).port,
		close: async () => {
			for (const socket of open) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function listen(server: Server, where: string | { port: number; host: string }): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(where, resolve);
	});
}

async function forward(
	socketPath: string,
	{ before, during, sent, answered, allows }: Hooks,
	crossing: Crossing,
	asked: IncomingMessage,
	answer: ServerResponse,
): Promise<void> {
	const { method, url: path, headers } = asked;
	// Seen at once, also while a hook holds the request back.
	answer.on("close", () => upstream.destroy());
	const upstream = request({ socketPath, method, path, headers, agent: false });
	upstream.on("error", () => answer.destroy());
	upstream.on("response", async (reply) => {
		crossing.status = reply.statusCode;
		await answered?.(crossing);
		if (answer.destroyed) return;
		answer.writeHead(reply.statusCode ?? 502, reply.headers);
		pipeline(reply, answer, () => undefined);
	});
	await before?.(crossing);
	// The client may have been killed meanwhile.
	if (answer.destroyed) return;
	if (allows?.(crossing) === false) {
		crossing.status = 403;
		upstream.destroy();
		asked.resume();
		answer.writeHead(403).end("Forbidden");
		return;
	}
	const counter = new Transform({
		transform: (chunk: Buffer, _encoding, done) => {
			crossing.bodyBytes += chunk.length;
			void Promise.resolve(during?.(crossing)).then(() => done(null, chunk));
		},
		flush: (done) => void Promise.resolve(sent?.(crossing)).then(() => done()),
	});
	pipeline(asked, counter, upstream, () => undefined);
}

async function upgrade(
	target: string,
	{ before, allows }: Hooks,
	crossing: Crossing,
	{ asked, socket, head }: { asked: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
	socket.on("error", () => undefined);
	await before?.(crossing);
	if (socket.destroyed) return;
	if (allows?.(crossing) === false) {
		crossing.status = 403;
		socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	crossing.status = 101;
	const engine = connect(target);
	const lines = asked.rawHeaders.flatMap((name, at, all) => (at % 2 ? [] : [`${name}: ${all[at + 1]}`]));
	engine.write(`${[`${asked.method} ${asked.url} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`);
	engine.write(head);
	pipeline(socket, engine, () => undefined);
	pipeline(engine, socket, () => undefined);
}
