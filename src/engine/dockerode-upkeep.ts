import { DockerodeClient, pathTo } from "./dockerode-client.ts";
import { resolveEndpoint } from "./endpoint.ts";
import type { Done, Refusal } from "./engine.ts";
import { namedSince } from "./named-since.ts";
import { type Pruned, pruneBuildCache, readBuildCache } from "./prune-build-cache.ts";
import { asFields, itemsIn, listedWhole, refusal, statusOf } from "./replies.ts";
import type {
	BuildCacheBounds,
	BuildCacheRecord,
	ContainerCommand,
	ImageDetails,
	ImageQuery,
	Listed,
	ListedContainer,
	ListedImage,
	ListedVolume,
	Naming,
	Upkeep,
} from "./upkeep.ts";
import * as replies from "./upkeep-replies.ts";

/** How long the engine may take: to answer, for what it counts or removes, and to prune its build cache. */
export type Patience = { readonly askMs: number; readonly workMs: number; readonly pruneMs: number };

type Query = Readonly<Record<string, unknown>>;

// A busy engine may take seconds to answer, and a slow disk minutes for an image of 12 GB.
const patient: Patience = { askMs: 30_000, workMs: 120_000, pruneMs: 600_000 };

/** The upkeep of the engine that `docker` itself would use. */
export function dockerUpkeep(env: NodeJS.ProcessEnv, patience: Patience = patient): Upkeep {
	return new DockerodeUpkeep(new DockerodeClient(resolveEndpoint(env)), patience);
}

class DockerodeUpkeep implements Upkeep {
	readonly #client: DockerodeClient;
	readonly #patience: Patience;

	constructor(client: DockerodeClient, patience: Patience) {
		this.#client = client;
		this.#patience = patience;
	}

	images({ references, label, all = false, shared = false }: ImageQuery): Promise<Listed<ListedImage>> {
		const filters = { ...(references && { reference: references }), ...labelFilter(label) };
		const query = { filters, all, "shared-size": shared };
		const list = () => this.#get("/images/json", query, this.#patience.workMs);
		return listed(async () => itemsIn(await listedWhole(list)).map(replies.asListedImage));
	}

	details(name: string): Promise<ImageDetails | undefined | Refusal> {
		return this.#lookUp(pathTo`/images/${name}/json`, replies.asDetails);
	}

	async containers(label?: string): Promise<Listed<ListedContainer>> {
		const found = await this.#containers({ filters: labelFilter(label) });
		if (found.kind === "refused") return found;
		const items: ListedContainer[] = [];
		for (const container of found.items) {
			const image = await this.#imageAskedFor(container);
			if (typeof image === "object") return image;
			if (image !== undefined) items.push({ ...container, image });
		}
		return { kind: "listed", items };
	}

	command(container: string): Promise<ContainerCommand | undefined | Refusal> {
		return this.#lookUp(pathTo`/containers/${container}/json`, replies.asCommand);
	}

	untag(reference: string): Promise<Done> {
		return this.#remove(pathTo`/images/${reference}`, { noprune: true });
	}

	async removeUntagged(id: string): Promise<Done> {
		// Looked for first: from an image that a container uses, a name could not be taken away again.
		const containers = await this.#containers({});
		if (containers.kind === "refused") return containers;
		const user = containers.items.find(({ imageId }) => imageId === id);
		if (user) return { kind: "refused", problem: `container ${user.name} was made from it`, status: 409 };
		// The same name each time, so that the next one takes away what a killed process left.
		const tag = id.replace(/^sha256:/, "");
		const tagged = await this.#client.change({
			...{ method: "POST", path: pathTo`/images/${id}/tag`, query: { repo: replies.removalRepository, tag } },
			withinMs: this.#patience.askMs,
		});
		if (tagged.kind === "refused") return tagged.status === 404 ? { kind: "done" } : tagged;
		const untagged = await this.untag(`${replies.removalRepository}:${tag}`);
		if (untagged.kind === "refused") return untagged;
		const still = await this.details(id);
		if (still === undefined) return untagged;
		if ("kind" in still) return still;
		return {
			kind: "refused",
			problem: "another image was made from it, or it was given a name",
			status: 409,
		};
	}

	removeContainer(
		id: string,
		{ running }: { readonly running: boolean } = { running: false },
	): Promise<Done> {
		return this.#remove(pathTo`/containers/${id}`, { force: running, v: true });
	}

	volumes(label?: string): Promise<Listed<ListedVolume>> {
		return listed(async () => {
			const { Volumes } = asFields(await this.#get("/volumes", { filters: labelFilter(label) }));
			return itemsIn(Volumes).map(replies.asVolume);
		});
	}

	async createVolume(
		name: string,
		labels: Readonly<Record<string, string>>,
	): Promise<ListedVolume | Refusal> {
		try {
			const body = { Name: name, Labels: labels };
			const call = { path: "/volumes/create", body, withinMs: this.#patience.askMs };
			return replies.asVolume(await this.#client.call({ ...call, method: "POST" }));
		} catch (error) {
			return refusal(error);
		}
	}

	removeVolume(name: string): Promise<Done> {
		return this.#remove(pathTo`/volumes/${name}`, {});
	}

	buildCache(): Promise<Listed<BuildCacheRecord>> {
		return listed(() => readBuildCache(this.#client, this.#patience.workMs));
	}

	pruneBuildCache(bounds: BuildCacheBounds): Promise<Pruned> {
		return pruneBuildCache(this.#client, bounds, this.#patience);
	}

	namedSince(momentMs: number): Promise<Listed<Naming>> {
		return listed(() => namedSince(this.#client, momentMs, this.#patience.askMs));
	}

	#containers(query: Query): Promise<Listed<ListedContainer>> {
		return listed(async () => {
			const found = await this.#get("/containers/json", { all: true, ...query });
			return itemsIn(found).map(replies.asListedContainer);
		});
	}

	// The listing has the name only as long as it is this image's, and the image's id later.
	async #imageAskedFor({ id, image, imageId }: ListedContainer): Promise<string | undefined | Refusal> {
		if (!image.startsWith("sha256:") && !imageId.includes(image)) return image;
		return this.#lookUp(pathTo`/containers/${id}/json`, (found) => String(replies.configIn(found)["Image"]));
	}

	async #lookUp<T>(path: string, read: (found: unknown) => T): Promise<T | undefined | Refusal> {
		try {
			return read(await this.#get(path));
		} catch (error) {
			return statusOf(error) === 404 ? undefined : refusal(error);
		}
	}

	#get(path: string, query: Query = {}, withinMs = this.#patience.askMs): Promise<unknown> {
		return this.#client.call({ method: "GET", path, query, withinMs });
	}

	#remove(path: string, query: Query): Promise<Done> {
		return this.#client.remove({ path, query, withinMs: this.#patience.workMs });
	}
}

function labelFilter(label: string | undefined): Query {
	return label === undefined ? {} : { label: [label] };
}

async function listed<T>(list: () => Promise<readonly T[]>): Promise<Listed<T>> {
	try {
		return { kind: "listed", items: await list() };
	} catch (error) {
		return refusal(error);
	}
}
