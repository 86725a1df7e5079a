import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { account, type BlobStore, container, startBlobStore } from "./azurite.ts";
import { type BlobHost, type Fault, startBlobHost } from "./blob-host.ts";
import { type Entry, findEntry, type JobScope, scopesOf } from "./scopes.ts";

/** The calls of the service's second version. */
export type Method = "CreateCacheEntry" | "FinalizeCacheEntryUpload" | "GetCacheEntryDownloadURL";

/** A cache service as GitHub's, for tests: the real protocols, and the real rules of who sees which entry. */
export type CacheServer = {
	readonly url: string;
	/** What a runner would put into the environment of a job's steps. */
	readonly env: (job: JobScope) => Readonly<Record<string, string>>;
	/** Every entry, the oldest first. */
	readonly entries: Entry[];
	/** The calls that came. */
	readonly asked: Method[];
	/** What the next calls get instead of an answer. */
	readonly faults: Map<Method, Fault[]>;
	readonly blobs: BlobHost;
	/** Cuts an entry's archive to half its length. */
	readonly truncate: (key: string) => Promise<void>;
	/** Puts another archive in an entry's place. */
	readonly replace: (key: string, archive: Buffer) => Promise<void>;
	/** Takes an entry's archive away, as an eviction between the answer and the download does. */
	readonly evict: (key: string) => Promise<void>;
};

/** A test, or all of a file's. */
export type Owner = { after(fn: () => void | Promise<void>): void };

/** Starts a service for one test or one suite of tests. `direct` gives URLs of the store itself, without a proxy. */
export async function startCacheServer(
	t: Owner,
	options: { readonly direct?: boolean } = {},
): Promise<CacheServer> {
	const store = await startBlobStore();
	const blobs = await startBlobHost(store.port);
	const { direct = false } = options;
	const origin = direct
		? `http://127.0.0.1:${store.port}/${account}`
		: `http://${account}.blob.core.windows.net`;
	const service = new Service(store, origin);
	const server = createServer((request, response) => void service.answer(request, response));
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(async () => {
		server.closeAllConnections();
		server.close();
		blobs.stop();
		await store.stop();
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const { entries, asked, faults } = service;
	return {
		...{ url, entries, asked, faults, blobs },
		env: (job) => ({
			ACTIONS_CACHE_SERVICE_V2: "true",
			ACTIONS_RESULTS_URL: `${url}/`,
			ACTIONS_RUNTIME_TOKEN: tokenOf(job),
			...(direct ? {} : { http_proxy: blobs.url }),
		}),
		truncate: async (key) => {
			const blob = store.blob(service.blobOf(key));
			const whole = await blob.downloadToBuffer();
			await blob.uploadData(whole.subarray(0, whole.length / 2));
		},
		replace: async (key, archive) => void (await store.blob(service.blobOf(key)).uploadData(archive)),
		evict: async (key) => void (await store.blob(service.blobOf(key)).delete()),
	};
}

function tokenOf(job: JobScope): string {
	return Buffer.from(JSON.stringify(job)).toString("base64url");
}

type Body = Readonly<Record<string, unknown>>;
type Reply = { readonly status: number; readonly body: Body };

const ok = (body: Body): Reply => ({ status: 200, body: { ok: true, ...body } });
const refused = (message = ""): Reply => ({ status: 200, body: { ok: false, message } });

class Service {
	readonly entries: Entry[] = [];
	readonly asked: Method[] = [];
	readonly faults = new Map<Method, Fault[]>();
	readonly #store: BlobStore;
	readonly #origin: string;
	#last = 0;

	constructor(store: BlobStore, origin: string) {
		this.#store = store;
		this.#origin = origin;
	}

	async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const [, method] =
			/^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/.exec(request.url ?? "") ?? [];
		const called = method as Method;
		this.asked.push(called);
		const fault = this.faults.get(called)?.shift();
		if (typeof fault === "function") return fault(response);
		const token = (request.headers.authorization ?? "").replace("Bearer ", "");
		const { status, body } =
			fault === undefined
				? this.#reply(called, JSON.parse(Buffer.concat(chunks).toString()) as Body, tokenRead(token))
				: { status: fault, body: { code: "internal", msg: "it was told to fail" } };
		response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
	}

	blobOf(key: string): string {
		const entry = this.entries.find((each) => each.key === key);
		if (entry === undefined) throw new Error(`there is no entry ${key}`);
		return `entry-${entry.id}`;
	}

	#reply(method: Method, body: Body, job: JobScope | undefined): Reply {
		if (job === undefined) return { status: 401, body: { code: "unauthenticated", msg: "no token" } };
		const key = String(body["key"]);
		const version = String(body["version"]);
		if (method === "GetCacheEntryDownloadURL") {
			const restoreKeys = (body["restore_keys"] ?? []) as string[];
			return this.#find({ key, version, restoreKeys }, job);
		}
		const found = this.entries.find(
			(entry) => entry.key === key && entry.version === version && entry.ref === scopesOf(job)[0],
		);
		if (method === "CreateCacheEntry") return this.#create({ key, version, found }, job);
		if (found === undefined) return refused("there is no such upload");
		found.size = Number(body["size_bytes"]);
		return ok({ entry_id: String(found.id) });
	}

	#find(search: Parameters<typeof findEntry>[1], job: JobScope): Reply {
		if (job.blind === true) {
			const msg = "cache read denied: the token has no readable scopes";
			return { status: 403, body: { code: "permission_denied", msg } };
		}
		const entry = findEntry(this.entries, search, job);
		if (entry === undefined) return refused();
		return ok({ signed_download_url: this.#url(entry, "r"), matched_key: entry.key });
	}

	#create(
		{ key, version, found }: { key: string; version: string; found: Entry | undefined },
		job: JobScope,
	): Reply {
		if (job.readOnly === true) return refused("cache write denied: the token is read-only");
		if (found !== undefined) {
			const msg = "cache entry with the same key, version, and scope already exists";
			return { status: 409, body: { code: "already_exists", msg } };
		}
		this.#last += 1;
		const entry: Entry = { id: this.#last, key, version, ref: job.ref, size: undefined };
		this.entries.push(entry);
		return ok({ signed_upload_url: this.#url(entry, "cw") });
	}

	#url({ id }: Entry, permissions: "r" | "cw"): string {
		const name = `entry-${id}`;
		return `${this.#origin}/${container}/${name}?${this.#store.signature(name, permissions)}`;
	}
}

function tokenRead(token: string): JobScope | undefined {
	return token === "" ? undefined : (JSON.parse(Buffer.from(token, "base64url").toString()) as JobScope);
}
