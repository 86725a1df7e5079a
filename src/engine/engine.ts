import type { Digest } from "../image/digest.ts";

/** The image store of an engine, which decides how images are loaded and whether its own builder exports caches. */
export type ImageStore = "graph-driver" | "containerd";

/**
 * What `GET /info` and `GET /version` say that Berth needs. `id` is the engine's own and survives restarts; `platform`
 * is in Go's words; `dataRoot` is a path on the engine's machine, and `timeMs` the time by its clock.
 */
export type EngineInfo = {
	readonly id: string;
	readonly version: string;
	readonly store: ImageStore;
	readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
	readonly dataRoot: string;
	readonly timeMs: number;
	/** Whether it is reached through a socket of this machine. */
	readonly local: boolean;
};

/** An engine that answers, or one that does not, with one line that says where it was looked for and why not. */
export type EngineAnswer =
	| { readonly kind: "reachable"; readonly info: EngineInfo }
	| { readonly kind: "unreachable"; readonly problem: string };

/** An image in the engine. */
export type EngineImage = {
	/** The config's digest on the graph driver, the manifest's or index's on the containerd image store. */
	readonly id: string;
	/** Its names as docker shows them: `app:1`. */
	readonly tags: readonly string[];
	/** The manifests behind it and whether all their content is there; undefined before API 1.48 (Engine 28). */
	readonly manifests: readonly { readonly digest: string; readonly available: boolean }[] | undefined;
};

/** What the engine says of an image. */
export type ImageAnswer =
	| { readonly kind: "found"; readonly image: EngineImage }
	| { readonly kind: "absent" }
	| Refusal;

/**
 * The engine said no, or nothing: one clause in its words. `status` is the HTTP status with which it refused; without
 * one it said nothing: it is dead, too slow, or not to be reached.
 */
export type Refusal = { readonly kind: "refused"; readonly problem: string; readonly status?: number };

/** How a small change to the engine's images went; a thing that is gone already is done. */
export type Done = { readonly kind: "done" } | Refusal;

/** All that the engine said to an upload: the lines of its stream, and the first error among them or of the status. */
export type LoadReply = {
	readonly lines: readonly string[];
	readonly error: string | undefined;
	/** The connection broke, or what was sent did: the engine has not answered. */
	readonly broken: boolean;
};

/** An archive to upload, taken a buffer at a time. */
export interface Upload {
	/** Fills the buffer from where the last call left off; 0 at the end, undefined if there must be no more. */
	read(into: Buffer): Promise<number | undefined>;
	/** Resolves once the buffers filled so far may be filled again; those in shared memory may be read by a thread. */
	settled(): Promise<unknown>;
	/** Lets go of what is open, at the end or before. */
	close(): void;
}

/** A private way to the engine for one program; see `doorman.ts`. */
export type Doorman = {
	readonly kind: "open";
	/** Its address, as `DOCKER_HOST` takes it. */
	readonly host: string;
	/** The command of the container that was started last and runs still, on one line. */
	readonly running: () => string | undefined;
	/** Lets the changes that are under way in the engine come to their end, then shuts the way and removes it. */
	readonly close: () => Promise<void>;
};

/** The few calls that Berth makes of a Docker engine. */
export interface Engine {
	info(): Promise<EngineAnswer>;
	/** Looks an image up by name or id. */
	image(name: string): Promise<ImageAnswer>;
	/** The tags of a repository, `NAME:TAG`. */
	tagsOf(repository: string): Promise<readonly string[]>;
	/** Uploads an archive; one that breaks off is no upload. */
	load(archive: Upload): Promise<LoadReply>;
	/** Gives an image a further name, which another image may lose by it. */
	tag(id: string, reference: string): Promise<Done>;
	/** Takes a name from an image, never by force; an image that has no other goes with it. */
	untag(reference: string): Promise<Done>;
	/** Opens a way to the engine below `dir`, on which all that is made gets the label `KEY=VALUE`. */
	openDoor(label: string, dir: string): Promise<Doorman | Refusal>;
	/** Which of these blobs the containerd store has whole; undefined where the engine can't be asked. */
	blobs(digests: readonly Digest[]): Promise<ReadonlySet<Digest> | undefined>;
	/** The bytes of a small blob of the containerd store, not hashed yet; undefined where it isn't to be had. */
	blob(digest: Digest): Promise<Buffer | undefined>;
}
