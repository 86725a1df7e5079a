import type { Done, Refusal } from "./engine.ts";

/** An image as the engine lists it. */
export type ListedImage = {
	readonly id: string;
	/** The image that it was committed from; empty where none is known. */
	readonly parent: string;
	/** Its names as docker shows them; none for an image without one. */
	readonly tags: readonly string[];
	/** `NAME@sha256:…`, where it was pulled from or pushed to. */
	readonly digests: readonly string[];
	readonly labels: Readonly<Record<string, string>>;
	/** Of its layers and, on the containerd store, of what they were unpacked from. */
	readonly bytes: number;
	/** Of those, the bytes that others of the images listed have too; undefined unless asked for. */
	readonly sharedBytes: number | undefined;
	/** What the image says of its making: Bazel's say the epoch. */
	readonly createdMs: number;
};

/** An image as it is looked up by a name or an id. */
export type ImageDetails = {
	readonly id: string;
	/** As in `ListedImage`. */
	readonly tags: readonly string[];
	readonly digests: readonly string[];
	/** The diff ids of its layers, lowest first. */
	readonly layers: readonly string[];
	/**
	 * When it last got a name, by the engine's clock: the containerd store notes loads, too, the graph driver only
	 * `docker tag` and builds. Undefined where nothing was noted.
	 */
	readonly lastTaggedMs: number | undefined;
};

/** A container in any state. */
export type ListedContainer = {
	readonly id: string;
	/** Its first name, without the slash. */
	readonly name: string;
	readonly imageId: string;
	/** What it was created from, in the words of whoever did: a tag, a digest or an id. */
	readonly image: string;
	/** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
	readonly state: string;
	readonly createdMs: number;
	readonly labels: Readonly<Record<string, string>>;
	/** The names of the volumes it has mounted. */
	readonly volumes: readonly string[];
};

/** What a container was made to run. */
export type ContainerCommand = {
	readonly entrypoint: readonly string[] | null;
	readonly command: readonly string[] | null;
	/** Whether it was created for somebody to read what it prints. */
	readonly attached: boolean;
	/** Whether it was created without the settings that the docker CLI sends for every container. */
	readonly bare: boolean;
};

/** A volume; times are the engine's, in whole seconds. */
export type ListedVolume = {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly createdMs: number;
};

/** A record of the build cache that the engine's own builder keeps. */
export type BuildCacheRecord = {
	readonly id: string;
	readonly bytes: number;
	/** Whether an image has the same layer: then only both together free it. */
	readonly shared: boolean;
	readonly inUse: boolean;
};

/** A list, or why there is none. */
export type Listed<T> = { readonly kind: "listed"; readonly items: readonly T[] } | Refusal;

/** Which images to list. */
export type ImageQuery = {
	/** Patterns as `docker images --filter reference=` takes them; all images without any. */
	readonly references?: readonly string[];
	/** A label that they have, `KEY` or `KEY=VALUE`. */
	readonly label?: string;
	/** Also those that have no name and were made on the way to another. */
	readonly all?: boolean;
	/** Whether to count what images share: slower, and too little of it where not all of them are listed. */
	readonly shared?: boolean;
};

/** That a name was given to an image, or loaded with it, and when by the engine's clock. */
export type Naming = { readonly name: string; readonly atMs: number };

/** Bounds of the build cache; what is over them goes, least recently used first. Layers that images have too don't count. */
export type BuildCacheBounds = {
	readonly maxUsedBytes?: number;
	/** What is to be free of the engine's disk. */
	readonly minFreeBytes?: number;
	/** What of it is free now: engines before 28 (API 1.48) can't look themselves, and refuse `minFreeBytes` without. */
	readonly freeBytes?: number | undefined;
};

/**
 * What cleaning up asks of an engine. Nothing here takes away an image by force or by its id, and nothing prunes images;
 * a thing that is gone already is done, and one in use is refused with status 409. A call comes to its end within two
 * minutes, pruning the build cache within ten.
 */
export interface Upkeep {
	images(query: ImageQuery): Promise<Listed<ListedImage>>;
	/** Looks an image up by name or id; undefined if there is none. */
	details(name: string): Promise<ImageDetails | undefined | Refusal>;
	/** All containers in any state, or those that have the label. */
	containers(label?: string): Promise<Listed<ListedContainer>>;
	/** Undefined if it is gone. */
	command(container: string): Promise<ContainerCommand | undefined | Refusal>;
	/** Takes a name from an image, never by force, and leaves those alone that it was made from. */
	untag(reference: string): Promise<Done>;
	/**
	 * Removes an image that has no name: it gets one of Berth's, which is then taken away, so that an image that somebody
	 * names meanwhile stays. Those that it was made from stay, too. Refused with 409 where a container or another image
	 * was made from it. A name of Berth's that a killed process left is not listed as one.
	 */
	removeUntagged(id: string): Promise<Done>;
	/** Removes a container with its anonymous volumes; one that runs only if `running` says so. */
	removeContainer(id: string, which?: { readonly running: boolean }): Promise<Done>;
	/** All volumes, or those that have the label. */
	volumes(label?: string): Promise<Listed<ListedVolume>>;
	/** Makes an empty volume; one of that name that is there already stays as it is, and is what comes back. */
	createVolume(name: string, labels: Readonly<Record<string, string>>): Promise<ListedVolume | Refusal>;
	/** Removes a volume that no container has, never by force. */
	removeVolume(name: string): Promise<Done>;
	/** The build cache of the engine's own builder. */
	buildCache(): Promise<Listed<BuildCacheRecord>>;
	/** Has the engine's own builder prune its cache to the bounds; says how many bytes it counts as freed. */
	pruneBuildCache(
		bounds: BuildCacheBounds,
	): Promise<{ readonly kind: "done"; readonly bytes: number } | Refusal>;
	/**
	 * The names that images were given since a moment, each once and when last, all names of an image that was loaded, as
	 * far as the engine remembers: 256 events, and those of builds not before Engine 28 on the containerd store.
	 */
	namedSince(momentMs: number): Promise<Listed<Naming>>;
}
