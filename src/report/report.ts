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
	/** The image's names as the workflow gave them. */
	readonly tags: readonly string[];
	readonly imageId: string | null;
	readonly digest: string | null;
	/** Whether it was run again because an imported blob was corrupt. */
	readonly ranAgain: boolean;
	/** The Dockerfile's steps in the order they began; none where buildx doesn't tell them. */
	readonly steps: readonly StepReport[];
	/** The first step that the cache did not have, and why; null if it had all, or nothing is known. */
	readonly miss: MissReport | null;
};

/** One step of a build. Times are seconds, `startedAt` from the first step's start. */
export type StepReport = {
	/** BuildKit's own: `[build 2/4] RUN make`. */
	readonly name: string;
	readonly state: "cached" | "ran" | "failed" | "cancelled";
	readonly startedAt: number;
	readonly seconds: number;
};

/** Why a step was run and not taken from the cache. */
export type MissReport = {
	/** The step, as in its `StepReport`. */
	readonly step: string;
	readonly cause: /** The workflow asked for no cache. */
		| "no-cache"
		| "never-built"
		| "text"
		/** A value that it sees, of an ARG or an ENV. */
		| "build-argument"
		/** What it runs with, such as its user or its mounts. */
		| "setting"
		| "input-files"
		| "base-image"
		/** Something that it builds upon, which the cache had. */
		| "earlier-stage"
		/** Nothing changed; the cache did not have it any more. */
		| "not-in-cache";
	/** A sentence's worth for a person: what it was and what it is now. */
	readonly detail: string;
};

/** What one config of structure tests said of one image. */
export type TestReport = {
	readonly image: string;
	readonly config: string;
	readonly seconds: number;
	readonly tests: readonly {
		readonly name: string;
		readonly passed: boolean;
		readonly seconds: number;
		readonly errors: readonly string[];
		readonly stdout: string;
		readonly stderr: string;
		readonly line: number | null;
	}[];
	readonly problem: { readonly reason: string; readonly line: number | null } | null;
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
	readonly tests: readonly TestReport[];
	/** Whether the step did all that it was asked. */
	readonly succeeded: boolean;
	/** Why it did not, a line each. */
	readonly problems: readonly string[];
};
