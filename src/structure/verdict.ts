/** What one config of structure tests said of one image. */
export type ConfigVerdict = {
	/** The image as it was asked for: a name, or an id. */
	readonly image: string;
	/** The config's path, as the workflow's glob found it. */
	readonly config: string;
	readonly seconds: number;
	readonly tests: readonly TestVerdict[];
	/** Why the config as a whole failed: it doesn't parse, tests nothing, took too long. */
	readonly problem: ConfigProblem | null;
};

/** One test's verdict, in container-structure-test's own words. */
export type TestVerdict = {
	/** As it names it: `Command Test: apt-get upgrade`. */
	readonly name: string;
	readonly passed: boolean;
	readonly seconds: number;
	/** What it found wrong, a line each. */
	readonly errors: readonly string[];
	readonly stdout: string;
	readonly stderr: string;
	/** Where in the config the test stands, from 1; null if it can't be told. */
	readonly line: number | null;
};

/** A clause about the config; `line` is where in it, from 1, if that can be told. */
export type ConfigProblem = { readonly reason: string; readonly line: number | null };
