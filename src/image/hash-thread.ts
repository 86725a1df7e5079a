import { createHash, type Hash } from "node:crypto";
import type { Worker } from "node:worker_threads";

/** Hashes bytes that come one after the other. */
export interface Hasher {
	/** Takes the bytes in; they must stay as they are until `settled`. */
	update(bytes: Buffer): void;
	/** Resolves once all bytes so far have been read. */
	settled(): Promise<unknown>;
	/** The hash in hex; nothing can be added after. */
	digest(): Promise<string>;
}

// A small blob is hashed before a thread would have started.
const worthAThread = 32 * 1024 * 1024;

/** A SHA-256 of so many bytes; of many, on a thread of its own if `shared` says that it can read them where they are. */
export function sha256Hasher(bytes: number, shared: boolean): Hasher {
	return shared && bytes >= worthAThread ? new ThreadHasher() : new PlainHasher();
}

class PlainHasher implements Hasher {
	readonly #hash: Hash = createHash("sha256");

	update(bytes: Buffer): void {
		this.#hash.update(bytes);
	}

	settled(): Promise<void> {
		return Promise.resolve();
	}

	digest(): Promise<string> {
		return Promise.resolve(this.#hash.digest("hex"));
	}
}

class ThreadHasher implements Hasher {
	readonly #id = nextId++;
	#last: Promise<string> = Promise.resolve("");

	update({ buffer, byteOffset, length }: Buffer): void {
		this.#last = ask({ id: this.#id, buffer, byteOffset, length });
		// Whoever waits for it later is told; nobody may ever wait.
		this.#last.catch(() => undefined);
	}

	settled(): Promise<unknown> {
		return this.#last;
	}

	digest(): Promise<string> {
		return ask({ id: this.#id });
	}
}

type Question = {
	readonly id: number;
	readonly buffer?: ArrayBufferLike;
	readonly byteOffset?: number;
	readonly length?: number;
};
type Asked = { readonly resolve: (hex: string) => void; readonly reject: (error: Error) => void };

// The thread answers each question in turn.
const program = `
const { parentPort } = require("node:worker_threads");
const { createHash } = require("node:crypto");
const hashes = new Map();
parentPort.on("message", ({ id, buffer, byteOffset, length }) => {
	const hash = hashes.get(id) ?? createHash("sha256");
	hashes.set(id, hash);
	if (buffer === undefined) hashes.delete(id);
	else hash.update(new Uint8Array(buffer, byteOffset, length));
	parentPort.postMessage(buffer === undefined ? hash.digest("hex") : "");
});`;

let nextId = 0;
let thread: Promise<Worker> | undefined;
const waiting: Asked[] = [];

async function ask(question: Question): Promise<string> {
	thread ??= start();
	const worker = await thread;
	return await new Promise((resolve, reject) => {
		waiting.push({ resolve, reject });
		// It keeps the process alive only while it is asked for something.
		worker.ref();
		worker.postMessage(question);
	});
}

async function start(): Promise<Worker> {
	const { Worker: Thread } = await import("node:worker_threads");
	const worker = new Thread(program, { eval: true });
	worker.unref();
	worker.on("message", (hex: string) => {
		waiting.shift()?.resolve(hex);
		if (waiting.length === 0) worker.unref();
	});
	const end = (error: Error) => {
		thread = undefined;
		for (const { reject } of waiting.splice(0)) reject(error);
	};
	worker.on("error", end);
	worker.on("exit", () => end(new Error("the thread that hashes ended")));
	return worker;
}
