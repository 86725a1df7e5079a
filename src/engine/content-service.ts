import type { Digest } from "../image/digest.ts";
import type { Connection } from "./connection.ts";
import { callService } from "./grpc-call.ts";
import { messagesIn, stringField, valuesOf } from "./protobuf.ts";

// containerd `api/services/content/v1/content.proto`.
const service = "/containerd.services.content.v1.Content";
const mostListBytes = 64 * 1024 * 1024;
const mostBlobBytes = 4 * 1024 * 1024;

/**
 * Asks BuildKit's content service which blobs the engine has, in one call of a few milliseconds; undefined where it
 * isn't to be had. Proxies may block it, so it is only ever the short way.
 */
export async function presentBlobs(
	connection: Connection,
	digests: readonly Digest[],
): Promise<ReadonlySet<Digest> | undefined> {
	// ListContentRequest is `repeated string filters = 1`.
	const message = Buffer.concat(digests.map((digest) => stringField(1, `digest==${digest}`)));
	const call = { path: `${service}/List`, message, mostBytes: mostListBytes };
	const reply = await callService(connection, call);
	const found = reply === undefined ? undefined : unlessMalformed(() => digestsIn(reply));
	return found === undefined ? undefined : new Set(digests.filter((digest) => found.has(digest)));
}

/** Reads a blob of at most 4 MB, whose bytes nobody has hashed yet; undefined where it isn't to be had. */
export async function readBlob(connection: Connection, digest: Digest): Promise<Buffer | undefined> {
	// ReadContentRequest is `string digest = 1`, and where to begin and to end unless all of it is wanted.
	const message = stringField(1, digest);
	const call = { path: `${service}/Read`, message, mostBytes: mostBlobBytes };
	const reply = await callService(connection, call);
	// A ReadContentResponse is `int64 offset = 1`, which goes up from one to the next, and `bytes data = 2`.
	return reply === undefined
		? undefined
		: unlessMalformed(() => Buffer.concat(messagesIn(reply).flatMap((each) => valuesOf(each, 2))));
}

/** The `info.digest` of every ListContentResponse, `repeated Info info = 1`; `digest` is an Info's first. */
function digestsIn(reply: Buffer): ReadonlySet<string> {
	const infos = messagesIn(reply).flatMap((message) => valuesOf(message, 1));
	return new Set(
		infos.flatMap((info) => valuesOf(info, 1).slice(0, 1)).map((each) => each.toString("latin1")),
	);
}

function unlessMalformed<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (error) {
		if (error instanceof RangeError) return undefined;
		throw error;
	}
}
