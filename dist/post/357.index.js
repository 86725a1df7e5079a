export const id = 357;
export const ids = [357];
export const modules = {

/***/ 357:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  openDoor: () => (/* binding */ openDoor)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./build/engine/doorman-calls.js
const longestCommand = 200;
const longestReply = 64 * 1024;
// These are about one connection, and each side of the door has its own (RFC 9110, 7.6.1).
const hopByHop = /^(?:connection|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
/** Tells the calls apart that a doorman cares for, whatever the API version in their path. */
function callOf({ method, url = "" }) {
    const path = url.replace(/^\/v\d+\.\d+(?=\/)/, "").replace(/\?.*$/, "");
    const [, container = "", verb] = /^\/containers\/([^/]+)(?:\/(start|wait))?$/.exec(path) ?? [];
    const is = (kind, isChange) => ({ kind, container, isChange });
    if (method === "POST" && path === "/containers/create")
        return { ...is("create", true), container: "" };
    if (method === "POST" && verb === "start")
        return is("start", true);
    if (method === "POST" && verb === "wait")
        return is("wait", false);
    if (method === "DELETE" && container !== "" && verb === undefined)
        return is("remove", true);
    if (method === "DELETE" && path.startsWith("/images/"))
        return is("remove-image", true);
    return is("other", method !== "GET" && method !== "HEAD");
}
/** Adds the label to the body of a container's creation; undefined if it is none. */
function labelled(body, label) {
    const asked = parsed(body);
    if (asked === undefined)
        return undefined;
    const equals = label.indexOf("=");
    const labels = { ...asObject(asked["Labels"]), [label.slice(0, equals)]: label.slice(equals + 1) };
    const words = Array.isArray(asked["Cmd"]) ? asked["Cmd"].map(String) : [];
    const command = words.join(" ").replace(/\s+/g, " ").slice(0, longestCommand);
    return { body: Buffer.from(JSON.stringify({ ...asked, Labels: labels })), command };
}
/** The path of an image's removal, such that its parents stay. */
function sparingParents(path) {
    return `${path}${path.includes("?") ? "&" : "?"}noprune=1`;
}
/** The headers that go on to the other side, with the length of `body` if that took the place of what came. */
function forwardable(raw, body) {
    const headers = {};
    for (let at = 0; at < raw.length; at += 2) {
        const [name = "", value = ""] = [raw[at]?.toLowerCase(), raw[at + 1]];
        const before = headers[name];
        if (!hopByHop.test(name))
            headers[name] = before === undefined ? value : [before, value].flat();
    }
    return body === undefined ? headers : { ...headers, "content-length": String(body.length) };
}
/** What runs of the containers that one program started. */
class Running {
    #commands = new Map();
    #running = new Set();
    /** Takes in what the engine answers to a call; `command` is what a container that it creates will run. */
    note({ kind, container }, reply, command) {
        if ((reply.statusCode ?? 0) >= 300)
            return;
        if (kind === "create")
            idIn(reply, (id) => this.#commands.set(id, command));
        else if (kind === "start")
            this.#running.add(container);
        else if (kind === "wait")
            reply.once("end", () => this.#running.delete(container));
        else if (kind === "remove")
            this.#running.delete(container);
    }
    /** The command of the one that was started last and runs still. */
    last() {
        const id = [...this.#running].at(-1);
        return id === undefined ? undefined : this.#commands.get(id);
    }
}
function idIn(reply, found) {
    const chunks = [];
    let length = 0;
    reply.on("data", (chunk) => {
        length += chunk.length;
        if (length <= longestReply)
            chunks.push(chunk);
    });
    reply.once("end", () => {
        const { Id } = parsed(Buffer.concat(chunks)) ?? {};
        if (typeof Id === "string")
            found(Id);
    });
}
function parsed(body) {
    try {
        const value = JSON.parse(body.toString("utf8"));
        return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
    }
    catch {
        return undefined;
    }
}
function asObject(value) {
    return typeof value === "object" && value !== null ? value : {};
}

// EXTERNAL MODULE: ./build/engine/request.js
var request = __webpack_require__(8262);
;// CONCATENATED MODULE: ./build/engine/doorman.js







// macOS takes 103 bytes for a socket's path, Linux 107.
const longestSocketPath = 103;
const longestCreateBody = 4 * 1024 * 1024;
// A commit of a large container takes that long on a slow disk.
const changeBoundMs = 120_000;
/**
 * Opens a way to the engine for one program, container-structure-test: a socket that only this user can reach. All
 * passes unchanged but for two calls. A container that is created gets the label, and with it every image that is
 * committed from it: so that whatever is left when the program, or Berth itself, is killed can be told from all else in
 * the engine, by this run or any later one. And removing an image spares its parents: the program removes what it
 * committed by id, at which an engine also removes the image under test if that has no tag.
 */
async function openDoor(connection, { label, dir: parent }) {
    const post = { connection, label, running: new Running(), open: new Map() };
    const server = (0,external_node_http_.createServer)((asked, answer) => {
        // Never rejects for what is asked or answered: that is the program's to hear.
        admit(post, asked, answer).catch(() => answer.destroy());
    });
    // The program waits as long as its containers run, and must not find a connection shut that it means to use again.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 0;
    const dir = privateDir(parent);
    const socket = (0,external_node_path_.join)(dir, "docker.sock");
    const problem = await new Promise((resolve) => {
        server.once("error", (error) => resolve(error.message));
        server.listen(socket, () => resolve(undefined));
    });
    const close = async () => {
        server.close();
        await changesUnderWay(post);
        for (const request of post.open.keys())
            request.destroy();
        server.closeAllConnections();
        (0,external_node_fs_.rmSync)(dir, { recursive: true, force: true });
    };
    if (problem === undefined)
        return { kind: "open", host: `unix://${socket}`, running: () => post.running.last(), close };
    await close();
    return { kind: "refused", problem: `no socket can be made in ${dir}: ${problem}` };
}
function privateDir(parent) {
    const fits = (dir) => Buffer.byteLength((0,external_node_path_.join)(dir, "berth-XXXXXX", "docker.sock")) <= longestSocketPath;
    const dir = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)([parent, (0,external_node_os_.tmpdir)()].find(fits) ?? "/tmp", "berth-"));
    (0,external_node_fs_.chmodSync)(dir, 0o700);
    return dir;
}
async function admit(post, asked, answer) {
    const call = callOf(asked);
    let body;
    let command = "";
    if (call.kind === "create") {
        const whole = await bodyOf(asked);
        const changed = whole === undefined ? undefined : labelled(whole, post.label);
        if (changed === undefined)
            return say(answer, 400, "this is no container that Berth can label");
        ({ body, command } = changed);
    }
    const path = call.kind === "remove-image" ? sparingParents(asked.url ?? "") : asked.url;
    const headers = forwardable(asked.rawHeaders, body);
    const upstream = await (0,request/* open */.h)(post.connection, { method: asked.method, path, headers, agent: false });
    const over = new Promise((resolve) => upstream.once("close", resolve));
    post.open.set(upstream, { isChange: call.isChange, over });
    upstream.once("close", () => post.open.delete(upstream));
    upstream.once("error", (error) => say(answer, 502, `the engine can't be reached: ${error.message}`));
    upstream.once("response", (reply) => {
        post.running.note(call, reply, command);
        answerWith(reply, answer);
    });
    // A program that is killed takes its questions with it, but what is being made is heard of to the end.
    answer.once("close", () => {
        if (!call.isChange)
            upstream.destroy();
    });
    if (body === undefined)
        (0,external_node_stream_.pipeline)(asked, upstream, () => undefined);
    else
        upstream.end(body);
}
function answerWith(reply, answer) {
    // With nobody there any more, the reply must still be read for its request to end.
    reply.on("error", () => answer.destroy());
    answer.on("error", () => undefined);
    if (answer.destroyed) {
        reply.resume();
        return;
    }
    answer.writeHead(reply.statusCode ?? 502, reply.statusMessage, forwardable(reply.rawHeaders));
    answer.flushHeaders();
    reply.pipe(answer);
    answer.once("close", () => {
        reply.unpipe(answer);
        reply.resume();
    });
}
function say(answer, status, message) {
    if (answer.headersSent || answer.destroyed)
        answer.destroy();
    else
        answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
}
async function bodyOf(asked) {
    const chunks = [];
    let length = 0;
    for await (const chunk of asked) {
        length += chunk.length;
        if (length > longestCreateBody)
            return undefined;
        chunks.push(chunk);
    }
    return Buffer.concat(chunks);
}
async function changesUnderWay({ open: requests }) {
    const changes = [...requests.values()].filter(({ isChange }) => isChange);
    let timer;
    const bound = new Promise((resolve) => {
        timer = setTimeout(resolve, changeBoundMs);
    });
    await Promise.race([Promise.all(changes.map(({ over }) => over)), bound]);
    clearTimeout(timer);
}


/***/ })

};
