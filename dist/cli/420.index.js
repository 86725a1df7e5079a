export const id = 420;
export const ids = [420];
export const modules = {

/***/ 5420:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   presentBlobs: () => (/* binding */ presentBlobs)
/* harmony export */ });
/* harmony import */ var node_http2__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2467);
/* harmony import */ var _request_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8262);


// Long enough for a busy engine, short enough for one that took the connection and says nothing.
const timeoutMs = 20_000;
const mostReplyBytes = 64 * 1024 * 1024;
/**
 * Asks BuildKit's content service which blobs the engine has, in one call of a few milliseconds; undefined where it
 * isn't to be had. dockerd serves it at `/grpc` (moby `daemon/server/router/grpc`) on Engine 24 to 29, tried on 26.1,
 * 28.5 and 29; proxies may block it, so it is only ever the short way.
 */
async function presentBlobs(connection, digests) {
    const socket = await upgrade(connection);
    if (socket === undefined)
        return undefined;
    const reply = await call(socket, listRequest(digests));
    socket.destroy();
    const found = reply === undefined ? undefined : digestsIn(reply);
    return found === undefined ? undefined : new Set(digests.filter((digest) => found.has(digest)));
}
async function upgrade(connection) {
    const headers = { Connection: "Upgrade", Upgrade: "h2c" };
    const asked = await (0,_request_js__WEBPACK_IMPORTED_MODULE_1__/* .open */ .h)(connection, { method: "POST", path: "/grpc", headers });
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
function call(socket, message) {
    return new Promise((resolve) => {
        const session = (0,node_http2__WEBPACK_IMPORTED_MODULE_0__.connect)("http://engine", { createConnection: () => socket });
        const finish = (reply) => {
            resolve(reply);
            session.destroy();
        };
        session.on("error", () => finish(undefined));
        session.setTimeout(timeoutMs, () => finish(undefined));
        const stream = session.request({
            ":method": "POST",
            ":path": "/containerd.services.content.v1.Content/List",
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
            if (bytes > mostReplyBytes)
                finish(undefined);
        });
        stream.on("error", () => finish(undefined));
        stream.on("close", () => finish(String(status) === "0" ? Buffer.concat(chunks) : undefined));
        stream.end(frame(message));
    });
}
// gRPC's framing: a byte that says "not compressed", four of length, the message.
function frame(message) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    return Buffer.concat([head, message]);
}
// ListContentRequest is `repeated string filters = 1` (containerd `api/services/content/v1/content.proto`).
function listRequest(digests) {
    return Buffer.concat(digests.flatMap((digest) => {
        const filter = Buffer.from(`digest==${digest}`);
        // Shorter than 128 bytes, so its length is one byte.
        return [Buffer.from([0x0a, filter.length]), filter];
    }));
}
/** The `info.digest` of every ListContentResponse in a gRPC reply; undefined if it isn't one. */
function digestsIn(reply) {
    const found = new Set();
    try {
        for (let at = 0; at < reply.length;) {
            const end = at + 5 + reply.readUInt32BE(at + 1);
            if (end > reply.length || reply[at] !== 0)
                throw new RangeError("a message is cut short or packed");
            for (const info of fieldsOne(reply.subarray(at + 5, end))) {
                const [digest] = fieldsOne(info);
                if (digest !== undefined)
                    found.add(digest.toString("latin1"));
            }
            at = end;
        }
    }
    catch (error) {
        if (error instanceof RangeError)
            return undefined;
        throw error;
    }
    return found;
}
/** The values of field 1 of a protobuf message, where they have a length; all other fields are skipped. */
function fieldsOne(message) {
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
        if (key === 0x0a)
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


/***/ })

};
