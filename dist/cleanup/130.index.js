export const id = 130;
export const ids = [130];
export const modules = {

/***/ 4130:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  presentBlobs: () => (/* binding */ presentBlobs),
  readBlob: () => (/* binding */ readBlob)
});

// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(2467);
;// CONCATENATED MODULE: ./build/engine/protobuf.js
/** What of gRPC and of protobuf Berth speaks: strings to the engine, values that have a length from it. */
/** A message in gRPC's frame: a byte that says "not compressed", four of length, the message. */
function protobuf_frame(message) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
}
/** The messages of a gRPC reply; a RangeError if one is cut short or compressed. */
function messagesIn(reply) {
    const messages = [];
    for (let at = 0; at < reply.length;) {
        const end = at + 5 + reply.readUInt32BE(at + 1);
        if (end > reply.length || reply[at] !== 0)
            throw new RangeError("a message is cut short or packed");
        messages.push(reply.subarray(at + 5, end));
        at = end;
    }
    return messages;
}
/** A protobuf field, of a place below 16, that is a string of fewer than 128 bytes. */
function stringField(place, text) {
    const value = Buffer.from(text);
    return Buffer.concat([Buffer.from([place * 8 + 2, value.length]), value]);
}
/** The values of a field of a protobuf message, where they have a length; a RangeError if it is no message. */
function valuesOf(message, place) {
    const found = [];
    let at = 0;
    const varint = () => {
        let value = 0;
        for (let shift = 0; shift < 64; shift += 7) {
            const byte = message.readUInt8(at++);
            value += (byte & 0x7f) * 2 ** shift;
            if (byte < 0x80)
                return value;
        }
        throw new RangeError("a number has no end");
    };
    while (at < message.length) {
        const key = varint();
        const length = lengthOf(key % 8, varint);
        if (at + length > message.length)
            throw new RangeError("a field is longer than its message");
        if (key === place * 8 + 2)
            found.push(message.subarray(at, at + length));
        at += length;
    }
    return found;
}
/** The bytes that a field of this wire type takes from here on; a number is read at once. */
function lengthOf(wire, varint) {
    if (wire === 0) {
        varint();
        return 0;
    }
    if (wire === 2)
        return varint();
    if (wire === 1 || wire === 5)
        return wire === 1 ? 8 : 4;
    throw new RangeError("a field is of no known type");
}

// EXTERNAL MODULE: ./build/engine/request.js
var request = __webpack_require__(8262);
;// CONCATENATED MODULE: ./build/engine/grpc-call.js



// Long enough for a busy engine, short enough for one that took the connection and says nothing.
const timeoutMs = 20_000;
/**
 * Calls a gRPC service of BuildKit's in the engine; resolves with the reply in its frames, undefined unless all goes
 * well. dockerd serves them at `/grpc` (moby `daemon/server/router/grpc`) on Engine 24 to 29, tried on 26.1, 28.5 and 29.
 */
async function callService(connection, asked) {
    const socket = await upgrade(connection);
    if (socket === undefined)
        return undefined;
    const reply = await call(socket, asked);
    socket.destroy();
    return reply;
}
async function upgrade(connection) {
    const headers = { Connection: "Upgrade", Upgrade: "h2c" };
    const asked = await (0,request/* open */.h)(connection, { method: "POST", path: "/grpc", headers });
    return await new Promise((resolve) => {
        asked.setTimeout(timeoutMs, () => asked.destroy());
        asked.on("upgrade", (_answer, socket, head) => {
            // What came with the answer is already HTTP/2, and would be lost.
            if (head.length > 0)
                socket.unshift(head);
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
function call(socket, { path, message, mostBytes }) {
    return new Promise((resolve) => {
        const session = (0,external_node_http2_.connect)("http://engine", { createConnection: () => socket });
        const finish = (reply) => {
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
        const chunks = [];
        let bytes = 0;
        let status;
        stream.on("response", (headers) => (status = headers["grpc-status"]));
        stream.on("trailers", (headers) => (status = headers["grpc-status"]));
        stream.on("data", (chunk) => {
            chunks.push(chunk);
            bytes += chunk.length;
            if (bytes > mostBytes)
                finish(undefined);
        });
        stream.on("error", () => finish(undefined));
        stream.on("close", () => finish(String(status) === "0" ? Buffer.concat(chunks) : undefined));
        stream.end(protobuf_frame(message));
    });
}

;// CONCATENATED MODULE: ./build/engine/content-service.js


// containerd `api/services/content/v1/content.proto`.
const service = "/containerd.services.content.v1.Content";
const mostListBytes = 64 * 1024 * 1024;
const mostBlobBytes = 4 * 1024 * 1024;
/**
 * Asks BuildKit's content service which blobs the engine has, in one call of a few milliseconds; undefined where it
 * isn't to be had. Proxies may block it, so it is only ever the short way.
 */
async function presentBlobs(connection, digests) {
    // ListContentRequest is `repeated string filters = 1`.
    const message = Buffer.concat(digests.map((digest) => stringField(1, `digest==${digest}`)));
    const call = { path: `${service}/List`, message, mostBytes: mostListBytes };
    const reply = await callService(connection, call);
    const found = reply === undefined ? undefined : unlessMalformed(() => digestsIn(reply));
    return found === undefined ? undefined : new Set(digests.filter((digest) => found.has(digest)));
}
/** Reads a blob of at most 4 MB, whose bytes nobody has hashed yet; undefined where it isn't to be had. */
async function readBlob(connection, digest) {
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
function digestsIn(reply) {
    const infos = messagesIn(reply).flatMap((message) => valuesOf(message, 1));
    return new Set(infos.flatMap((info) => valuesOf(info, 1).slice(0, 1)).map((each) => each.toString("latin1")));
}
function unlessMalformed(read) {
    try {
        return read();
    }
    catch (error) {
        if (error instanceof RangeError)
            return undefined;
        throw error;
    }
}


/***/ })

};
