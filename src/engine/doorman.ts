import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { type ClientRequest, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import type { Connection } from "./connection.ts";
import { callOf, forwardable, labelled, Running, sparingParents } from "./doorman-calls.ts";
import type { Doorman, Refusal } from "./engine.ts";
import { open } from "./request.ts";

/** Who stands at the door: what is asked of the engine goes through `connection`, and what it makes gets the label. */
type Post = {
	readonly connection: Connection;
	readonly label: string;
	readonly running: Running;
	/** What is under way; a change is waited for when the door is shut, all else is dropped. */
	readonly open: Map<ClientRequest, { readonly isChange: boolean; readonly over: Promise<unknown> }>;
};

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
export async function openDoor(
	connection: Connection,
	{ label, dir: parent }: { readonly label: string; readonly dir: string },
): Promise<Doorman | Refusal> {
	const post: Post = { connection, label, running: new Running(), open: new Map() };
	const server = createServer((asked, answer) => {
		// Never rejects for what is asked or answered: that is the program's to hear.
		admit(post, asked, answer).catch(() => answer.destroy());
	});
	// The program waits as long as its containers run, and must not find a connection shut that it means to use again.
	server.requestTimeout = 0;
	server.keepAliveTimeout = 0;
	const dir = privateDir(parent);
	const socket = join(dir, "docker.sock");
	const problem = await new Promise<string | undefined>((resolve) => {
		server.once("error", (error) => resolve(error.message));
		server.listen(socket, () => resolve(undefined));
	});
	const close = async () => {
		server.close();
		await changesUnderWay(post);
		for (const request of post.open.keys()) request.destroy();
		server.closeAllConnections();
		rmSync(dir, { recursive: true, force: true });
	};
	if (problem === undefined)
		return { kind: "open", host: `unix://${socket}`, running: () => post.running.last(), close };
	await close();
	return { kind: "refused", problem: `no socket can be made in ${dir}: ${problem}` };
}

function privateDir(parent: string): string {
	const fits = (dir: string) =>
		Buffer.byteLength(join(dir, "berth-XXXXXX", "docker.sock")) <= longestSocketPath;
	const dir = mkdtempSync(join([parent, tmpdir()].find(fits) ?? "/tmp", "berth-"));
	chmodSync(dir, 0o700);
	return dir;
}

async function admit(post: Post, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
	const call = callOf(asked);
	let body: Buffer | undefined;
	let command = "";
	if (call.kind === "create") {
		const whole = await bodyOf(asked);
		const changed = whole === undefined ? undefined : labelled(whole, post.label);
		if (changed === undefined) return say(answer, 400, "this is no container that Berth can label");
		({ body, command } = changed);
	}
	const path = call.kind === "remove-image" ? sparingParents(asked.url ?? "") : asked.url;
	const headers = forwardable(asked.rawHeaders, body);
	const upstream = await open(post.connection, { method: asked.method, path, headers, agent: false });
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
		if (!call.isChange) upstream.destroy();
	});
	if (body === undefined) pipeline(asked, upstream, () => undefined);
	else upstream.end(body);
}

function answerWith(reply: IncomingMessage, answer: ServerResponse): void {
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

function say(answer: ServerResponse, status: number, message: string): void {
	if (answer.headersSent || answer.destroyed) answer.destroy();
	else answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
}

async function bodyOf(asked: IncomingMessage): Promise<Buffer | undefined> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of asked) {
		length += chunk.length;
		if (length > longestCreateBody) return undefined;
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

async function changesUnderWay({ open: requests }: Post): Promise<void> {
	const changes = [...requests.values()].filter(({ isChange }) => isChange);
	let timer: NodeJS.Timeout | undefined;
	const bound = new Promise((resolve) => {
		timer = setTimeout(resolve, changeBoundMs);
	});
	await Promise.race([Promise.all(changes.map(({ over }) => over)), bound]);
	clearTimeout(timer);
}
