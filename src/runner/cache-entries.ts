import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { proxyFor, startRequest } from "./proxy.ts";

/** An entry of the repository's caches, as GitHub lists it; one key may have entries of several refs. */
export type CacheEntry = {
	readonly id: number;
	readonly key: string;
	readonly ref: string;
	readonly createdMs: number;
};

/** Why the API did not do it: a clause that says what to do where something can be done. */
export type Refused = { readonly kind: "refused"; readonly problem: string };

/** The repository's cache entries, over GitHub's REST API. Bounded in time; nothing throws. */
export interface CacheEntries {
	/** Every entry whose key begins so, of all refs: all of them or a refusal, never a part. */
	list(
		prefix: string,
	): Promise<{ readonly kind: "listed"; readonly entries: readonly CacheEntry[] } | Refused>;
	/** Deletes an entry; one that is gone already counts as removed. */
	remove(id: number): Promise<{ readonly kind: "removed" } | Refused>;
}

const perPage = 100;
const mostPages = 50;
const mostBytes = 4 * 1024 * 1024;

/** The entries of the repository that the job runs for; undefined without a token. */
export function cacheEntries(
	env: NodeJS.ProcessEnv,
	token: string,
	timeoutMs = 20_000,
): CacheEntries | undefined {
	const { GITHUB_API_URL: api = "https://api.github.com", GITHUB_REPOSITORY: repository } = env;
	if (token === "" || !repository || !URL.canParse(api)) return undefined;
	const base = `${api.replace(/\/$/, "")}/repos/${repository}/actions/caches`;
	const ask = (method: "GET" | "DELETE", url: string) => request({ method, url, token, timeoutMs });
	return {
		list: (prefix) =>
			listAll(prefix, (page) => {
				const query = { key: prefix, per_page: String(perPage), page: String(page) };
				const order = { sort: "created_at", direction: "asc" };
				return ask("GET", `${base}?${new URLSearchParams({ ...query, ...order })}`);
			}),
		remove: async (id) => {
			const answer = await ask("DELETE", `${base}/${id}`);
			const failed = answer.kind === "refused" && answer.status !== 404;
			return failed ? refused(answer.problem) : { kind: "removed" };
		},
	};
}

type Answer = { readonly kind: "answered"; readonly text: string } | (Refused & { readonly status?: number });
type Page = { readonly total: number; readonly entries: readonly CacheEntry[] };

async function listAll(
	prefix: string,
	ask: (page: number) => Promise<Answer>,
): ReturnType<CacheEntries["list"]> {
	const found = new Map<number, CacheEntry>();
	let total: number | undefined;
	for (let number = 1; number <= mostPages; number += 1) {
		const answer = await ask(number);
		if (answer.kind === "refused") return refused(answer.problem);
		const page = readPage(answer.text);
		if (page === undefined) return refused("the list of cache entries can't be read");
		// Pages shift when something is deleted meanwhile, and an entry may be on none of them.
		total ??= page.total;
		if (page.total !== total) return refused("the cache entries changed while they were listed");
		for (const entry of page.entries) found.set(entry.id, entry);
		if (page.entries.length < perPage) {
			if (found.size !== total) return refused("the cache entries changed while they were listed");
			return { kind: "listed", entries: [...found.values()].filter(({ key }) => key.startsWith(prefix)) };
		}
	}
	return refused(`there are more than ${perPage * mostPages} cache entries`);
}

function refused(problem: string): Refused {
	return { kind: "refused", problem };
}

function readPage(text: string): Page | undefined {
	try {
		const { total_count: total, actions_caches: caches } = JSON.parse(text) as Record<string, unknown>;
		if (typeof total !== "number" || !Array.isArray(caches)) return undefined;
		const entries = caches.map(readEntry);
		return entries.every((entry) => entry !== undefined) ? { total, entries } : undefined;
	} catch {
		return undefined;
	}
}

function readEntry(value: unknown): CacheEntry | undefined {
	const { id, key, ref, created_at: created } = value as Record<string, unknown>;
	const createdMs = Date.parse(String(created));
	const sound = typeof id === "number" && typeof key === "string" && Number.isFinite(createdMs);
	return sound ? { id, key, ref: typeof ref === "string" ? ref : "", createdMs } : undefined;
}

type Request = {
	readonly method: "GET" | "DELETE";
	readonly url: string;
	readonly token: string;
	readonly timeoutMs: number;
};

async function request({ method, url: text, token, timeoutMs }: Request): Promise<Answer> {
	const url = new URL(text);
	const proxy = proxyFor(url);
	if (proxy === "broken") return refused("the environment's proxy for GitHub's API can't be read as a URL");
	const signal = AbortSignal.timeout(timeoutMs);
	const headers = { authorization: `Bearer ${token}`, accept: "application/vnd.github+json" };
	try {
		const asking = await startRequest(url, proxy, { signal, method, headers });
		asking.end();
		const [response] = (await once(asking, "response", { signal })) as [IncomingMessage];
		const body = await bodyOf(response);
		const { statusCode: status = 0 } = response;
		if (status >= 200 && status < 300) return { kind: "answered", text: body };
		return { ...refused(problemOf(response, url.host)), status };
	} catch (error) {
		const why = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error);
		return refused(`${why} from ${url.host}`);
	}
}

async function bodyOf(response: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of response as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes > mostBytes) throw new Error(`more than ${mostBytes} bytes`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString("utf8");
}

// GitHub answers 404, too, to who may not see a thing.
function problemOf({ statusCode, headers }: IncomingMessage, host: string): string {
	const limited = headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0";
	if (statusCode === 429 || (statusCode === 403 && limited)) return `${host} has had enough requests for now`;
	if (statusCode === 401) return `${host} doesn't know the token (HTTP 401)`;
	if (statusCode === 403 || statusCode === 404)
		return `the token may not (HTTP ${statusCode}): give the job the permission actions: write`;
	return `HTTP ${statusCode} from ${host}`;
}

function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.message === "" ? ((error as NodeJS.ErrnoException).code ?? error.name) : error.message;
}
