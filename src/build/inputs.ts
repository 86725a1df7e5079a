/** A secret whose value the workflow gave inline; it reaches BuildKit through a private file. */
export type SecretValue = Readonly<{ id: string; value: string }>;

/** A secret that buildx itself reads from an environment variable. */
export type SecretEnv = Readonly<{ id: string; env: string }>;

/** A secret that buildx itself reads from a file of the workflow's. */
export type SecretFile = Readonly<{ id: string; path: string }>;

/** One image build, as the workflow asked for it: validated, defaults filled in, nothing resolved on disk. */
export type BuildInputs = Readonly<{
	context: string;
	file?: string;
	target?: string;
	tags: readonly string[];
	/** `NAME=VALUE`, or `NAME` alone to take the value from the environment. */
	buildArgs: readonly string[];
	buildContexts: readonly string[];
	labels: readonly string[];
	annotations: readonly string[];
	platforms: readonly string[];
	secrets: readonly SecretValue[];
	secretEnvs: readonly SecretEnv[];
	secretFiles: readonly SecretFile[];
	ssh: readonly string[];
	network?: string;
	addHosts: readonly string[];
	allow: readonly string[];
	pull: boolean;
	noCache: boolean;
	noCacheFilters: readonly string[];
	push: boolean;
	load: boolean;
	/** Entries for `--output`, as given. */
	outputs: readonly string[];
	/** A boolean word or attributes such as `mode=max`; absent means buildx's own default. */
	provenance?: string;
	/** A boolean word or attributes such as `generator=IMAGE`; absent means buildx's own default. */
	sbom?: string;
	shmSize?: string;
	ulimits: readonly string[];
	/** Further arguments, one element an argument. */
	extraArgs: readonly string[];
}>;
