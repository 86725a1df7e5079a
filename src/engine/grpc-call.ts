import { connect } from "node:http2";
import type { Duplex } from "node:stream";
import type { Connection } from "./connection.ts";
import { frame } from "./protobuf.ts";
import { open } from "./request.ts";

// Long enough for a busy engine, short enough for one that took the connection and says nothing.
const timeoutMs = 20_000;

/** A call of a gRPC service, `/package.Service/Method`, and how much of a reply is listened to. */
export type GrpcCall = { readonly path: string; readonly message: Buffer; readonly mostBytes: number };

/**
 * Calls a gRPC service of BuildKit's in the engine; resolves with the reply in its frames, undefined unless all goes
 * well. dockerd serves them at `/grpc` (moby `daemon/server/router/grpc`) on Engine 24 to 29, tried on 26.1, 28.5 and 29.
 */
export async function callService(connection: Connection, asked: GrpcCall): Promise<Buffer | undefined> {
	const socket = await upgrade(connection);
	if (socket === undefined) return undefined;
	const reply = await call(socket, asked);
	socket.destroy();
	return reply;
}

async function upgrade(connection: Connection): Promise<Duplex | undefined> {
	const headers = { Connection: "Upgrade", Upgrade: "h2c" };
	const asked = await open(connection, { method: "POST", path: "/grpc", headers });
	return await new Promise((resolve) => {
		asked.setTimeout(timeoutMs, () => asked.destroy());
		asked.on("upgrade", (_answer, socket, head) => {
			// What came with the answer is already HTTP/2, and would be lost.
			if (head.length > 0) socket.unshift(head);
			resolve(socket);
		});
		asked.on("response", (answer) => {
			answer.destroy();
			resolve(undefined);
		});
		asked.on("error", () => resolve(undefined));
		asked.end();
	});
}

/** One gRPC call over a socket that speaks HTTP/2; undefined unless it ends well. */
function call(socket: Duplex, { path, message, mostBytes }: GrpcCall): Promise<Buffer | undefined> {
	return new Promise((resolve) => {
		const session = connect("http://engine", { createConnection: () => socket });
		const finish = (reply: Buffer | undefined) => {
			resolve(reply);
			session.destroy();
		};
		session.on("error", () => finish(undefined));
		session.setTimeout(timeoutMs, () => finish(undefined));
		const stream = session.request({
			":method": "POST",
			":path": path,
			"content-type": "application/grpc",
			te: "trailers",
		});
		const chunks: Buffer[] = [];
		let bytes = 0;
		let status: unknown;
		stream.on("response", (headers) => (status = headers["grpc-status"]));
		stream.on("trailers", (headers) => (status = headers["grpc-status"]));
		stream.on("data", (chunk: Buffer) => {
			chunks.push(chunk);
			bytes += chunk.length;
			if (bytes > mostBytes) finish(undefined);
		});
		stream.on("error", () => finish(undefined));
		stream.on("close", () => finish(String(status) === "0" ? Buffer.concat(chunks) : undefined));
		stream.end(frame(message));
	});
}
