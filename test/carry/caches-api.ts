import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./blob-host.ts";
import type { Owner } from "./cache-service-v2.ts";

/** An entry as GitHub's REST API lists it. */
export type ApiEntry = {
	readonly id: number;
	readonly key: string;
	readonly ref: string;
	readonly created_at: string;
};

/** GitHub's REST API, as far as it is about cache entries. */
export type CachesApi = {
	/** What a job finds in its environment. */
	readonly env: Readonly<Record<string, string>>;
	readonly entries: ApiEntry[];
	/** What the next requests get instead of an answer. */
	readonly faults: Fault[];
};

/** A token with `actions: read` may list, one with `actions: write` may delete. */
export const tokens = { reads: "may-read", writes: "may-write" };

/** Serves the entries of one repository for a test. */
export async function startCachesApi(t: Owner, entries: readonly ApiEntry[] = []): Promise<CachesApi> {
	const held = [...entries];
	const faults: Fault[] = [];
	const path = "/api/v3/repos/octo/repo/actions/caches";
	const server = createServer((request, response) => {
		const fault = faults.shift();
		if (typeof fault === "function") return fault(response);
		const send = (status: number, body?: object) =>
			void response.writeHead(status).end(body && JSON.stringify(body));
		if (fault !== undefined) return send(fault, { message: "it was told to fail" });
		const token = (request.headers.authorization ?? "").replace("Bearer ", "");
		if (!Object.values(tokens).includes(token)) return send(401, { message: "Bad credentials" });
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
		const [, id] = /^\/(\d+)$/.exec(pathname.slice(path.length)) ?? [];
		if (!pathname.startsWith(path)) return send(404, { message: "Not Found" });
		if (id === undefined) return send(200, pageOf(held, searchParams));
		if (token !== tokens.writes) return send(403, { message: "Resource not accessible by integration" });
		const index = held.findIndex((entry) => entry.id === Number(id));
		if (index < 0) return send(404, { message: "Not Found" });
		held.splice(index, 1);
		return send(204);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	t.after(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	const env = { GITHUB_API_URL: `http://127.0.0.1:${port}/api/v3`, GITHUB_REPOSITORY: "octo/repo" };
	return { env, entries: held, faults };
}

function pageOf(entries: readonly ApiEntry[], query: URLSearchParams): object {
	const found = entries.filter(({ key }) => key.startsWith(query.get("key") ?? ""));
	const size = Number(query.get("per_page") ?? 30);
	const start = (Number(query.get("page") ?? 1) - 1) * size;
	return { total_count: found.length, actions_caches: found.slice(start, start + size) };
}
