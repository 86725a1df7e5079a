/** An engine that answers at `/grpc` as a test wants it to: over a socket of its own, in HTTP/2 after an upgrade. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";
import type { Connection } from "../../src/engine/connection.ts";

type OnUpgrade = (socket: Duplex, request: IncomingMessage) => void;

/** Starts an engine; without `onUpgrade` it answers 404, as one without the service does. */
export async function engineWith(t: TestContext, onUpgrade?: OnUpgrade): Promise<Connection> {
	const dir = mkdtempSync(join(tmpdir(), "berth-grpc-"));
	const sockets = new Set<Duplex>();
	const server = createServer((_, answer) => answer.writeHead(404).end("page not found"));
	server.on("connection", (socket) => sockets.add(socket));
	if (onUpgrade !== undefined) server.on("upgrade", (request, socket) => onUpgrade(socket, request));
	const socketPath = join(dir, "engine.sock");
	await new Promise<void>((resolve) => server.listen(socketPath, resolve));
	t.after(async () => {
		for (const socket of sockets) socket.destroy();
		await new Promise((resolve) => server.close(resolve));
		rmSync(dir, { recursive: true });
	});
	return { protocol: "http", socketPath };
}

const switching = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

/** Takes the upgrade and nothing more. */
export function upgraded(socket: Duplex, ...more: readonly (string | Buffer)[]): Duplex {
	socket.on("error", () => {});
	socket.write(Buffer.concat([Buffer.from(switching), ...more.map((each) => Buffer.from(each))]));
	return socket;
}

/** Speaks HTTP/2 after the upgrade; `answer` gets the path that was called and the message without its frame. */
export function speaking(
	answer: (stream: ServerHttp2Stream, message: Buffer, path: string) => void,
): OnUpgrade {
	return (socket) => {
		upgraded(socket);
		const session = performServerHandshake(socket);
		session.on("error", () => {});
		session.on("stream", async (stream, headers) => {
			stream.on("error", () => {});
			answer(stream, (await buffer(stream)).subarray(5), String(headers[":path"]));
		});
	};
}

/** Answers a call with these bytes and this gRPC status. */
export function answerWith(stream: ServerHttp2Stream, body: Buffer, status: string | undefined): void {
	stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
	stream.on("wantTrailers", () =>
		status === undefined ? stream.close() : stream.sendTrailers({ "grpc-status": status }),
	);
	stream.end(body);
}

/** A gRPC message in its frame. */
export function framed(message: Buffer): Buffer {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(message.length, 1);
	return Buffer.concat([head, message]);
}

/** A protobuf field that has a length. */
export function field(place: number, value: string | Buffer): Buffer {
	const bytes = Buffer.from(value);
	const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
	return Buffer.concat([Buffer.from([place * 8 + 2, ...length]), bytes]);
}

/** A ListContentResponse that has these blobs, with the further fields that containerd gives. */
export function listing(digests: readonly string[]): Buffer {
	const size = Buffer.from([0x10, 0x80, 0x80, 0x04]);
	const time = field(3, Buffer.from([0x08, 0x01]));
	const labels = field(5, Buffer.concat([field(1, "containerd.io/uncompressed"), field(2, "sha256:x")]));
	return Buffer.concat(
		digests.map((digest) => field(1, Buffer.concat([field(1, digest), size, time, labels]))),
	);
}
