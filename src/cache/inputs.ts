/** A bound on the disk that berths may take: bytes, or a share of the disk (0 < percent ≤ 100). */
export type CacheMaxSize =
	| Readonly<{ kind: "bytes"; bytes: number }>
	| Readonly<{ kind: "percent"; percent: number }>;

/** When this job may put a new generation in force. */
export type CacheWrite = "auto" | "always" | "never";

/** How the cache is to be kept, as the workflow asked for it: validated, defaults filled in. */
export type CacheInputs = Readonly<{
	/** `github`: local, and carried between machines by GitHub's cache service. */
	mode: "local" | "github" | "off";
	/** What the berth is keyed by; may be empty only when `mode` is `off`. */
	name: string;
	/** Absolute path. */
	root: string;
	exportMode: "min" | "max";
	/** Absent means BuildKit's own choice. */
	compression?: "gzip" | "zstd" | "uncompressed";
	write: CacheWrite;
	/** Further entries for `--cache-from`, as given; none is a local cache inside `root`. */
	from: readonly string[];
	/** Further entries for `--cache-to`, as given; none is a local cache inside `root`. */
	to: readonly string[];
	maxAgeMs: number;
	maxSize?: CacheMaxSize;
	/** With which the post step may delete entries of the cache service; a secret. */
	githubToken?: string;
	/** The environment variable to export the cache arguments in. */
	extraArgsEnv?: string;
}>;
