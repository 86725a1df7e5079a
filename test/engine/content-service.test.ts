import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ServerHttp2Stream } from "node:http2";
import { describe, it, type TestContext } from "node:test";
import { presentBlobs, readBlob } from "../../src/engine/content-service.ts";
import { sha256 } from "../../src/image/image.ts";
import { answerWith, engineWith, field, framed, listing, speaking, upgraded } from "./grpc-engine.ts";

const digestOf = (text: string) => sha256(Buffer.from(text));
const [one, two, three] = [digestOf("one"), digestOf("two"), digestOf("three")] as const;
const asked = [one, two, three];

/** What is learned from an engine that answers the call with this body. */
async function learned(t: TestContext, body: Buffer, status: string | undefined = "0") {
	const connection = await engineWith(
		t,
		speaking((stream) => answerWith(stream, body, status)),
	);
	return presentBlobs(connection, asked);
}

describe("the blobs that an engine has", () => {
	it("are those that it lists", async (t) => {
		assert.deepEqual(await learned(t, framed(listing([one, three]))), new Set([one, three]));
	});

	it("are those of every message that it lists them in", async (t) => {
		const messages = [listing([two]), Buffer.alloc(0), listing([one])].map(framed);
		assert.deepEqual(await learned(t, Buffer.concat(messages)), new Set([one, two]));
	});

	it("are none if it lists none", async (t) => {
		assert.deepEqual(await learned(t, Buffer.alloc(0)), new Set());
	});

	it("are only those that were asked for", async (t) => {
		const other = digestOf("other");
		assert.deepEqual(await learned(t, framed(listing([other, one, "sha256:x"]))), new Set([one]));
	});

	it("are asked for in one call, a filter each", async (t) => {
		const calls: (readonly [string, string])[] = [];
		const connection = await engineWith(
			t,
			speaking((stream, message, path) => {
				calls.push([path, message.toString("latin1")]);
				answerWith(stream, framed(listing(asked)), "0");
			}),
		);
		assert.deepEqual(await presentBlobs(connection, asked), new Set(asked));
		const filters = asked.map((digest) => field(1, `digest==${digest}`).toString("latin1")).join("");
		assert.deepEqual(calls, [["/containerd.services.content.v1.Content/List", filters]]);
	});

	it("are asked for by an upgrade of POST /grpc", async (t) => {
		const requests: unknown[] = [];
		const connection = await engineWith(t, (socket, { method, url, headers }) => {
			requests.push([method, url, headers.upgrade]);
			socket.destroy();
		});
		await presentBlobs(connection, asked);
		assert.deepEqual(requests, [["POST", "/grpc", "h2c"]]);
	});

	it("may be many", async (t) => {
		const many = Array.from({ length: 5000 }, (_, at) => digestOf(String(at)));
		const connection = await engineWith(
			t,
			speaking((stream, message) => {
				const count = message.toString("latin1").split("digest==").length - 1;
				answerWith(stream, framed(listing(many.slice(0, count - 1))), "0");
			}),
		);
		assert.equal((await presentBlobs(connection, many))?.size, many.length - 1);
	});
});

describe("a blob of an engine", () => {
	/** What is read from an engine that answers with these pieces. */
	const read = async (t: TestContext, pieces: readonly Buffer[], status: string | undefined = "0") => {
		const calls: (readonly [string, string])[] = [];
		const connection = await engineWith(
			t,
			speaking((stream, message, path) => {
				calls.push([path, message.toString("latin1")]);
				answerWith(stream, Buffer.concat(pieces.map(framed)), status);
			}),
		);
		const content = await readBlob(connection, one);
		const asked = ["/containerd.services.content.v1.Content/Read", field(1, one).toString("latin1")];
		assert.deepEqual(calls, [asked]);
		return content?.toString("latin1");
	};
	const at = (offset: number) => Buffer.from([0x08, offset]);

	it("is all that it sends, in order", async (t) => {
		const pieces = [
			field(2, "one "),
			Buffer.concat([at(4), field(2, "and ")]),
			Buffer.concat([at(8), field(2, "two")]),
		];
		assert.equal(await read(t, pieces), "one and two");
	});

	it("may be empty", async (t) => assert.equal(await read(t, []), ""));

	it("is nothing if it isn't there", async (t) =>
		assert.equal(await read(t, [field(2, "half")], "5"), undefined));

	it("is nothing if it is no answer", async (t) => {
		assert.equal(await read(t, [Buffer.from([0x12, 0x7f, 0x00])]), undefined);
	});

	it("is nothing if it is more than anyone would hold", async (t) => {
		const piece = Buffer.concat([Buffer.from([0x12, 0x80, 0x80, 0x40]), Buffer.alloc(1024 * 1024)]);
		assert.equal(await read(t, [piece, piece, piece, piece, piece]), undefined);
	});

	it("is nothing where there is no service", async (t) => {
		assert.equal(await readBlob(await engineWith(t), one), undefined);
	});
});

function breakingOff(stream: ServerHttp2Stream): void {
	stream.respond();
	stream.session?.destroy();
}

describe("an engine that can't be asked for its blobs says nothing, and holds nobody up", () => {
	for (const [what, onUpgrade] of [
		["no service at all", undefined],
		["closes instead of upgrading", (socket) => void socket.destroy()],
		[
			"refuses the upgrade",
			(socket) => void socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
		],
		["speaks no HTTP", (socket) => void socket.end("garbage\r\n\r\n")],
		["ends after the upgrade", (socket) => void upgraded(socket).end()],
		["breaks after the upgrade", (socket) => void upgraded(socket).destroy()],
		["speaks garbage behind the upgrade", (socket) => void upgraded(socket, randomBytes(4096))],
		["speaks HTTP/1.1 behind the upgrade", (socket) => void upgraded(socket, "HTTP/1.1 200 OK\r\n\r\n")],
		["breaks off before it answers", speaking((stream) => void stream.session?.destroy())],
		["says goodbye before it answers", speaking((stream) => void stream.session?.goaway(2))],
		["resets the call", speaking((stream) => stream.close(2))],
		["breaks off in its answer", speaking(breakingOff)],
	] as const satisfies readonly (readonly [string, Parameters<typeof engineWith>[1]])[]) {
		it(what, async (t) => {
			assert.equal(await presentBlobs(await engineWith(t, onUpgrade), asked), undefined);
		});
	}

	it("is not there", async () => {
		const nowhere = { protocol: "http", socketPath: "/nonexistent/engine.sock" } as const;
		assert.equal(await presentBlobs(nowhere, asked), undefined);
	});

	for (const status of ["12", "13", "", undefined])
		it(`ends the call with status ${status}`, async (t) => {
			const connection = await engineWith(
				t,
				speaking((stream) => answerWith(stream, framed(listing(asked)), status)),
			);
			assert.equal(await presentBlobs(connection, asked), undefined);
		});

	it("answers with a status alone, as gRPC does when it knows no such service", async (t) => {
		const connection = await engineWith(
			t,
			speaking((stream) => stream.respond({ ":status": 200, "grpc-status": "12" }, { endStream: true })),
		);
		assert.equal(await presentBlobs(connection, asked), undefined);
	});

	const sound = framed(listing(asked));
	for (const [what, body] of [
		["half a frame", sound.subarray(0, 3)],
		["a frame that is cut short", sound.subarray(0, -1)],
		["a frame without end", framed(Buffer.alloc(3)).fill(0xff)],
		["a field without end", framed(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]))],
		["a message that is packed", Buffer.from([1, ...sound.subarray(1)])],
		["a field of no known type", framed(Buffer.from([0x0b, 0, 0, 0, 0]))],
		["a fixed field that is cut short", framed(Buffer.from([0x09, 0, 0, 0, 0]))],
		["a number without end", framed(Buffer.alloc(20, 0xff))],
	] as const)
		it(`answers with ${what}`, async (t) => assert.equal(await learned(t, body), undefined));

	it("answers with anything: never more than what was asked for", async (t) => {
		for (const length of [1, 10, 100, 1000, 10_000]) {
			const found = await learned(t, framed(randomBytes(length)));
			assert.ok(found === undefined || found.size === 0);
		}
	});
});
