import { parseArgs } from "node:util";

/** What a command line asks for; a problem is one line. */
export type CommandLine =
	| { readonly kind: "run"; readonly command: "demo"; readonly options: CommonOptions }
	| {
			readonly kind: "run";
			readonly command: "load";
			readonly images: readonly string[];
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

/** What `berth --help` prints. */
export const usage = `Usage: berth COMMAND [flags]

Commands:
  load IMAGE[=REFERENCE]…
                        puts OCI layouts, OCI archives and docker archives into the engine, sending only
                        the layers that it lacks; IMAGE may be a glob
  demo                  builds a sample twice and shows what the second run reused

Flags:
  --docker-host HOST    the engine to use; else the one that docker uses
  --cache-root DIR      where the berths lie; the demo's are removed when it ends, unless this is given
  --json                nothing but JSON on standard output
  --help                this text

Exit code: 0 done, 1 failed, 2 bad usage.`;

const flags = {
	json: { type: "boolean" },
	help: { type: "boolean" },
	"docker-host": { type: "string" },
	"cache-root": { type: "string" },
} as const;

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
		return commandOf(positionals, options);
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
			return misused(`${JSON.stringify(command)} is not a command; allowed: load, demo`);
	}
}

function misused(problem: string): CommandLine {
	return { kind: "misused", problem };
}
