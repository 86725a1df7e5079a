/** The flags that every command takes. */
export type CommonOptions = {
	readonly json: boolean;
	readonly dockerHost: string | undefined;
	readonly cacheRoot: string | undefined;
};

/** What `berth test` is asked for. */
export type TestOptions = {
	/** Names or ids of images in the engine. */
	readonly images: readonly string[];
	/** Files, or globs of them. */
	readonly configs: readonly string[];
	readonly binary: string | undefined;
	/** How long one config may take with one image. */
	readonly timeoutMs: number;
	readonly platform: string | undefined;
	/** Where JUnit XML is to be written. */
	readonly report: string | undefined;
};

/** The flags of `clean` and `du` as they were given, by the name of the cleanup's input; lists one item a line. */
export type CleanFlags = Readonly<Record<string, string>>;

/** What a command line asks for; a problem is one line. */
export type CommandLine =
	| { readonly kind: "run"; readonly command: "demo"; readonly options: CommonOptions }
	| {
			readonly kind: "run";
			readonly command: "load";
			readonly images: readonly string[];
			readonly options: CommonOptions;
	  }
	| {
			readonly kind: "run";
			readonly command: "test";
			readonly test: TestOptions;
			readonly options: CommonOptions;
	  }
	| {
			readonly kind: "run";
			readonly command: "clean" | "du";
			readonly flags: CleanFlags;
			readonly options: CommonOptions;
	  }
	| { readonly kind: "help" }
	| { readonly kind: "misused"; readonly problem: string };

/** A command line that is none. */
export function misused(problem: string): CommandLine {
	return { kind: "misused", problem };
}
