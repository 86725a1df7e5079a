/** What became of the cache in a job; bytes are those of the blobs that a generation reaches. */
export type CacheReport = {
	readonly name: string;
	readonly outcome: CacheOutcome;
	/** Whether there was a whole generation to build from. */
	readonly hit: boolean;
	/** The bytes that were there to build from. */
	readonly bytesFound: number;
	/** What was not as it should be, a line each. */
	readonly problems: readonly string[];
};

/** How a berth was left. `reason` is why nothing was swapped in. */
export type CacheOutcome =
	| { readonly kind: "off" }
	/** The job's own build comes later; the post step looks at what it exported. */
	| { readonly kind: "wired" }
	| { readonly kind: "not-kept"; readonly reason: string }
	| { readonly kind: "unchanged"; readonly generation: string; readonly bytesReused: number }
	| {
			readonly kind: "swapped-in";
			readonly generation: string;
			readonly bytesReused: number;
			readonly bytesWritten: number;
			/** Of the bytes written, those that another berth on this root had too. */
			readonly bytesShared: number;
			/** The bytes of disk that came free with the generation before. */
			readonly bytesFreed: number;
	  };

/** What became of the build. */
export type BuildReport = {
	readonly succeeded: boolean;
	readonly seconds: number;
	readonly imageId: string | null;
	readonly digest: string | null;
	/** Whether it was run again because an imported blob was corrupt. */
	readonly ranAgain: boolean;
};

/** An image that was put into the engine: the `images` output. Bytes are those of layers as they lay on disk. */
export type ImageReport = {
	/** As docker shows it; empty for an image without a name. */
	readonly reference: string;
	readonly id: string;
	/** Of the manifest. */
	readonly digest: string;
	readonly layers: number;
	readonly layersSent: number;
	readonly bytes: number;
	readonly bytesSent: number;
	readonly seconds: number;
};

/** One run of the main step: the `summary` output is its JSON. */
export type RunReport = {
	readonly cache: CacheReport;
	readonly build: BuildReport | null;
	readonly images: readonly ImageReport[];
	/** Why images are not in the engine, a line each. */
	readonly imageProblems: readonly string[];
};
