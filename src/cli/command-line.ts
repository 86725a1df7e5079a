import { parseArgs } from "node:util";
import { DURATION_FORM, parseDuration } from "../runner/durations.ts";
import { cleanFlags, cleanOf } from "./clean-flags.ts";
import { type CommandLine, type CommonOptions, misused } from "./options.ts";

const testFlags = {
	config: { type: "string", multiple: true },
	"structure-test": { type: "string" },
	timeout: { type: "string" },
	platform: { type: "string" },
	report: { type: "string" },
} as const;

const flags = {
	json: { type: "boolean" },
	help: { type: "boolean" },
	"docker-host": { type: "string" },
	"cache-root": { type: "string" },
	...testFlags,
	...cleanFlags,
} as const;

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
		const [command, ...rest] = positionals;
		const stray = Object.keys(values).find((flag) => !isFlagOf(flag, command));
		if (stray !== undefined) return misused(`--${stray} is for ${ownerOf(stray)} alone`);
		if (command === "test") return testOf(rest, values, options);
		if (command === "clean" || command === "du") return cleanOf(command, values, { ...options, rest });
		return commandOf(positionals, options);
	} catch (error) {
		// parseArgs throws for a flag that it doesn't know, with a sentence that names it.
		return misused(error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error));
	}
}

function ownerOf(flag: string): string {
	if (flag in testFlags) return "test";
	return flag === "prefixes" ? "clean and du" : "clean";
}

function isFlagOf(flag: string, command: string | undefined): boolean {
	if (flag in testFlags) return command === "test";
	if (flag in cleanFlags) return command === "clean" || command === "du";
	return true;
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
			return misused(`${JSON.stringify(command)} is not a command; allowed: load, test, clean, du, demo`);
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
