import type Docker from "dockerode";
import type { Digest } from "../image/digest.ts";
import { type Connection, connectionTo } from "./connection.ts";
import { type Endpoint, resolveEndpoint } from "./endpoint.ts";
import type {
	Done,
	Doorman,
	Engine,
	EngineAnswer,
	ImageAnswer,
	Labelled,
	LoadReply,
	Refusal,
	Upload,
} from "./engine.ts";
import {
	asFields,
	asInfo,
	asManifest,
	hasTag,
	listedWhole,
	reasonOf,
	refusal,
	statusOf,
	unlessGone,
} from "./replies.ts";
import { uploadImages } from "./upload.ts";

// A busy engine may take seconds to answer; one that takes longer would hold up every job.
const timeoutMs = 30_000;

/** The engine that `docker` itself would use. The client's library is loaded at the first call only. */
export function dockerEngine(env: NodeJS.ProcessEnv): Engine {
	return new DockerodeEngine(resolveEndpoint(env));
}

class DockerodeEngine implements Engine {
	readonly #endpoint: Endpoint;
	/** Whether the content service has failed to answer: a proxy that swallows the question is asked only once. */
	#noContentService = false;

	constructor(endpoint: Endpoint) {
		this.#endpoint = endpoint;
	}

	async info(): Promise<EngineAnswer> {
		const connection = connectionTo(this.#endpoint);
		if ("problem" in connection) return { kind: "unreachable", problem: connection.problem };
		try {
			const docker = await this.#docker({ timeout: timeoutMs });
			const [info, version] = await Promise.all([docker.info(), docker.version()]);
			return { kind: "reachable", info: asInfo(info, version) };
		} catch (error) {
			const { host, source } = this.#endpoint;
			const problem = `no Docker engine answers at ${host} (from ${source}): ${reasonOf(error)}; start it, or set DOCKER_HOST to one that runs`;
			return { kind: "unreachable", problem };
		}
	}

	async image(name: string): Promise<ImageAnswer> {
		try {
			// dockerode's own inspect passes no query on; engines before API 1.48 ignore this one.
			const found = asFields(await this.#get(`/images/${name}/json?`, { manifests: true }));
			const { Id, RepoTags, Manifests } = found;
			return {
				kind: "found",
				image: {
					id: String(Id),
					tags: Array.isArray(RepoTags) ? RepoTags.map(String) : [],
					manifests: Array.isArray(Manifests) ? Manifests.map(asManifest) : undefined,
				},
			};
		} catch (error) {
			return statusOf(error) === 404 ? { kind: "absent" } : refusal(error);
		}
	}

	async tagsOf(repository: string): Promise<readonly string[]> {
		try {
			const docker = await this.#docker({ timeout: timeoutMs });
			const found = await docker.listImages({ filters: { reference: [repository] } });
			return found.flatMap(({ RepoTags }) => RepoTags ?? []);
		} catch {
			// Whoever lists, does so to clear away; there is nothing to clear where nothing can be seen.
			return [];
		}
	}

	async load(archive: Upload): Promise<LoadReply> {
		const connection = connectionTo(this.#endpoint);
		if (!("problem" in connection)) return await uploadImages(connection, archive);
		archive.close();
		return { lines: [], error: connection.problem, broken: true };
	}

	tag(id: string, reference: string): Promise<Done> {
		const colon = reference.lastIndexOf(":");
		const name = { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
		return this.#change((docker) => docker.getImage(id).tag(name));
	}

	untag(reference: string): Promise<Done> {
		return this.#change((docker) => docker.getImage(reference).remove().catch(unlessGone));
	}

	async labelled(label: string): Promise<Labelled> {
		try {
			const docker = await this.#docker({ timeout: timeoutMs });
			const query = { all: true, filters: { label: [label] } };
			const containers = await docker.listContainers(query);
			const images = await listedWhole(() => docker.listImages(query));
			return {
				kind: "listed",
				containers: containers.map(({ Id }) => Id),
				images: images.filter(({ RepoTags }) => !hasTag(RepoTags)).map(({ Id }) => Id),
			};
		} catch (error) {
			return refusal(error);
		}
	}

	removeContainer(id: string): Promise<Done> {
		return this.#change((docker) =>
			docker.getContainer(id).remove({ force: true, v: true }).catch(unlessGone),
		);
	}

	removeImage(id: string): Promise<Done> {
		return this.#change((docker) => docker.getImage(id).remove({ noprune: true }).catch(unlessGone));
	}

	async openDoor(label: string, dir: string): Promise<Doorman | Refusal> {
		const connection = connectionTo(this.#endpoint);
		if ("problem" in connection) return { kind: "refused", problem: connection.problem };
		const { openDoor } = await import("./doorman.ts");
		return openDoor(connection, { label, dir });
	}

	async blobs(digests: readonly Digest[]): Promise<ReadonlySet<Digest> | undefined> {
		const connection = connectionTo(this.#endpoint);
		if ("problem" in connection || this.#noContentService) return undefined;
		// HTTP/2 takes 5 ms to load, and is wanted here alone.
		const { presentBlobs } = await import("./content-service.ts");
		const present = await presentBlobs(connection, digests);
		this.#noContentService ||= present === undefined;
		return present;
	}

	async #change(act: (docker: Docker) => Promise<unknown>): Promise<Done> {
		try {
			await act(await this.#docker({ timeout: timeoutMs }));
			return { kind: "done" };
		} catch (error) {
			return refusal(error);
		}
	}

	async #get(path: string, query: Readonly<Record<string, boolean>>): Promise<unknown> {
		const { modem } = await this.#docker({ timeout: timeoutMs });
		const statusCodes = { 200: true, 404: "no such image", 500: "server error" };
		return new Promise((resolve, reject) => {
			modem.dial({ path, method: "GET", options: query, statusCodes }, (error: unknown, data: unknown) =>
				error ? reject(error) : resolve(data),
			);
		});
	}

	async #docker(bounds: { readonly timeout?: number }): Promise<Docker> {
		const connection: Connection | { problem: string } = connectionTo(this.#endpoint);
		if ("problem" in connection) throw new Error(connection.problem);
		const { default: Dockerode } = await import("dockerode");
		return new Dockerode({ ...connection, ...bounds });
	}
}
