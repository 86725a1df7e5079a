/** What a cleanup can remove or keep. */
export type CleanupKind =
	| "tag"
	| "image"
	| "container"
	| "berth"
	| "generation"
	| "clone"
	| "build-cache"
	| "volume";

/** A thing that was removed, or in a dry run would be; bytes are an estimate of what it alone holds. */
export type RemovedThing = { readonly kind: CleanupKind; readonly name: string; readonly bytes: number };

/** A thing that was found and stays, and why: a clause such as `container "web" names it`. */
export type KeptThing = { readonly kind: CleanupKind; readonly name: string; readonly reason: string };

/** One cleanup: the `report` output and what `--json` prints. */
export type CleanupReport = {
	readonly dryRun: boolean;
	readonly removed: readonly RemovedThing[];
	readonly kept: readonly KeptThing[];
	/** What the disks say came free, whatever each removal claimed; in a dry run 0. */
	readonly freedBytes: number;
	/** Of the engine's disk, or of the cache root's where no engine's disk can be seen; null where neither can. */
	readonly diskFreeBefore: number | null;
	readonly diskFreeAfter: number | null;
	/** What could not be done, a line each. */
	readonly errors: readonly string[];
	/** What a reader should know of the numbers, a line each: `0 bytes freed: the build cache holds these layers`. */
	readonly remarks: readonly string[];
};

/** What `berth du` shows, sizes in bytes; null where they can't be told. */
export type DiskUse = {
	readonly disk: { readonly path: string; readonly bytes: number; readonly free: number } | null;
	/** Names under the prefixes, and the bytes that only they hold. */
	readonly tags: readonly { readonly name: string; readonly bytes: number }[];
	/** Base images that are pinned, by name and digest. */
	readonly pins: readonly { readonly name: string; readonly bytes: number; readonly lastUsed: string }[];
	/** What killed structure tests and jobs have left. */
	readonly orphans: readonly { readonly kind: CleanupKind; readonly name: string; readonly bytes: number }[];
	readonly berths: readonly {
		readonly name: string;
		/** Of its generation in force; berths share blobs, so the sum may be more than what they take. */
		readonly bytes: number;
		readonly lastUsed: string;
		readonly inUse: boolean;
	}[];
	readonly buildCache: { readonly bytes: number; readonly records: number } | null;
	readonly errors: readonly string[];
};
