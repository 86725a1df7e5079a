import { parseArgs } from "node:util";
import { DURATION_FORM, parseDuration } from "../runner/durations.ts";

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
	| { readonly kind: "help" }
	| { readonly kind: "misused"; readonly problem: string };

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

/** What `berth --help` prints. */
export const usage = `Usage: berth COMMAND [flags]

Commands:
  load IMAGE[=REFERENCE]…
                        puts OCI layouts, OCI archives and docker archives into the engine, sending only
                        the layers that it lacks; IMAGE may be a glob
  test IMAGE… --config FILE…
                        runs container-structure-test's configs against images in the engine; FILE may be a
                        glob, and --config is given once for each
  demo                  builds a sample twice and shows what the second run reused

Flags:
  --docker-host HOST    the engine to use; else the one that docker uses
  --cache-root DIR      where the berths lie; the demo's are removed when it ends, unless this is given
  --json                nothing but JSON on standard output
  --help                this text

Flags of test:
  --config FILE         a config of structure tests, YAML or JSON
  --structure-test FILE the container-structure-test to use; else the one on PATH, else a pinned release
  --timeout DURATION    how long one config may take with one image; 10m unless given
  --platform PLATFORM   the platform to run the images as
  --report FILE         where to write JUnit XML

Exit code: 0 done, 1 failed, 2 bad usage.`;

const flags = {
	json: { type: "boolean" },
	help: { type: "boolean" },
	"docker-host": { type: "string" },
	"cache-root": { type: "string" },
	config: { type: "string", multiple: true },
	"structure-test": { type: "string" },
	timeout: { type: "string" },
	platform: { type: "string" },
	report: { type: "string" },
} as const;

const testFlags = ["config", "structure-test", "timeout", "platform", "report"] as const;
const defaultTimeout = "10m";
// What a timer of Node's can wait for.
const longestTimeoutMs = 2 ** 31 - 1;

type TestValues = {
	readonly config?: string[];
	readonly "structure-test"?: string;
	readonly timeout?: string;
	readonly platform?: string;
	readonly report?: string;
};

/** Parses the arguments behind the program's name. */
export function parseCommandLine(args: readonly string[]): CommandLine {
	try {
		const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true });
		if (values.help === true) return { kind: "help" };
		const options = {
			json: values.json ?? false,
			dockerHost: values["docker-host"],
			cacheRoot: values["cache-root"],
		};
		const [command, ...images] = positionals;
		if (command === "test") return testOf(images, values, options);
		const stray = testFlags.find((flag) => values[flag] !== undefined);
		return stray === undefined ? commandOf(positionals, options) : misused(`--${stray} is for test alone`);
	} catch (error) {
		// parseArgs throws for a flag that it doesn't know, with a sentence that names it.
		return misused(error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error));
	}
}

function commandOf([command, ...rest]: readonly string[], options: CommonOptions): CommandLine {
	switch (command) {
		case undefined:
			return misused("no command given");
		case "load":
			return rest.length === 0
				? misused("load needs at least one IMAGE")
				: { kind: "run", command, images: rest, options };
		case "demo":
			return rest.length === 0
				? { kind: "run", command, options }
				: misused(`demo takes no arguments, but got ${JSON.stringify(rest[0])}`);
		default:
			return misused(`${JSON.stringify(command)} is not a command; allowed: load, test, demo`);
	}
}

function testOf(images: readonly string[], values: TestValues, options: CommonOptions): CommandLine {
	const { config: configs = [], timeout = defaultTimeout, platform, report } = values;
	if (images.length === 0) return misused("test needs at least one IMAGE");
	if (configs.length === 0) return misused("test needs at least one --config FILE");
	const timeoutMs = parseDuration(timeout);
	if (timeoutMs === undefined || timeoutMs === 0 || timeoutMs > longestTimeoutMs)
		return misused(`--timeout is ${JSON.stringify(timeout)}; allowed: ${DURATION_FORM}, from 1s to 24d`);
	const binary = values["structure-test"];
	const test = { images, configs, binary, timeoutMs, platform, report };
	return { kind: "run", command: "test", test, options };
}

function misused(problem: string): CommandLine {
	return { kind: "misused", problem };
}
