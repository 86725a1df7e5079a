import type { Digest } from "../image/digest.ts";
import { DockerodeClient, pathTo } from "./dockerode-client.ts";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import type {
	Done,
	Doorman,
	Engine,
	EngineAnswer,
	ImageAnswer,
	LoadReply,
	Refusal,
	Upload,
} from "./engine.ts";
import { asFields, asInfo, asManifest, itemsIn, namesIn, reasonOf, refusal, statusOf } from "./replies.ts";
import { uploadImages } from "./upload.ts";

// A busy engine may take seconds to answer; one that takes longer would hold up every job.
const withinMs = 30_000;

/** The engine that `docker` itself would use. The client's library is loaded at the first call only. */
export function dockerEngine(env: NodeJS.ProcessEnv): Engine {
	return new DockerodeEngine(resolveEndpoint(env));
}

class DockerodeEngine implements Engine {
	readonly #endpoint: Endpoint;
	readonly #client: DockerodeClient;
	/** Whether the content service has failed to answer: a proxy that swallows the question is asked only once. */
	#noContentService = false;

	constructor(endpoint: Endpoint) {
		this.#endpoint = endpoint;
		this.#client = new DockerodeClient(endpoint);
	}

	async info(): Promise<EngineAnswer> {
		const connection = this.#client.connection();
		if ("problem" in connection) return { kind: "unreachable", problem: connection.problem };
		try {
			const [info, version] = await Promise.all([this.#get("/info"), this.#get("/version")]);
			const local = connection.socketPath !== undefined;
			return { kind: "reachable", info: { ...asInfo(info, version), local } };
		} catch (error) {
			const { host, source } = this.#endpoint;
			const problem = `no Docker engine answers at ${host} (from ${source}): ${reasonOf(error)}; start it, or set DOCKER_HOST to one that runs`;
			return { kind: "unreachable", problem };
		}
	}

	async image(name: string): Promise<ImageAnswer> {
		try {
			// Engines before API 1.48 ignore the query.
			const found = asFields(await this.#get(pathTo`/images/${name}/json`, { manifests: true }));
			const { Id, RepoTags, Manifests } = found;
			return {
				kind: "found",
				image: {
					id: String(Id),
					tags: itemsIn(RepoTags).map(String),
					manifests: Array.isArray(Manifests) ? Manifests.map(asManifest) : undefined,
				},
			};
		} catch (error) {
			return statusOf(error) === 404 ? { kind: "absent" } : refusal(error);
		}
	}

	async tagsOf(repository: string): Promise<readonly string[]> {
		try {
			const found = await this.#get("/images/json", { filters: { reference: [repository] } });
			return itemsIn(found).flatMap((image) => namesIn(asFields(image)["RepoTags"]));
		} catch {
			// Whoever lists, does so to clear away; there is nothing to clear where nothing can be seen.
			return [];
		}
	}

	async load(archive: Upload): Promise<LoadReply> {
		const connection = this.#client.connection();
		if (!("problem" in connection)) return await uploadImages(connection, archive);
		archive.close();
		return { lines: [], error: connection.problem, broken: true };
	}

	async tag(id: string, reference: string): Promise<Done> {
		const colon = reference.lastIndexOf(":");
		const query = { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
		return this.#client.change({ method: "POST", path: pathTo`/images/${id}/tag`, query, withinMs });
	}

	async untag(reference: string): Promise<Done> {
		return this.#client.remove({ path: pathTo`/images/${reference}`, withinMs });
	}

	async openDoor(label: string, dir: string): Promise<Doorman | Refusal> {
		const connection = this.#client.connection();
		if ("problem" in connection) return { kind: "refused", problem: connection.problem };
		const { openDoor } = await import("./doorman.ts");
		return openDoor(connection, { label, dir });
	}

	async blobs(digests: readonly Digest[]): Promise<ReadonlySet<Digest> | undefined> {
		const connection = this.#client.connection();
		if ("problem" in connection || this.#noContentService) return undefined;
		// HTTP/2 takes 5 ms to load, and is wanted here alone.
		const { presentBlobs } = await import("./content-service.ts");
		const present = await presentBlobs(connection, digests);
		this.#noContentService ||= present === undefined;
		return present;
	}

	async blob(digest: Digest): Promise<Buffer | undefined> {
		const connection = this.#client.connection();
		if ("problem" in connection || this.#noContentService) return undefined;
		const { readBlob } = await import("./content-service.ts");
		return readBlob(connection, digest);
	}

	#get(path: string, query: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
		return this.#client.call({ method: "GET", path, query, withinMs });
	}
}
