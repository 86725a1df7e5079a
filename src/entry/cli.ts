#!/usr/bin/env node
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommandLine, usage } from "../cli/command-line.ts";
import { consoleOn } from "../cli/terminal.ts";
import { dockerEngine } from "../engine/dockerode-engine.ts";
import { runCommand } from "../jobs/commands.ts";
import { openToolCache } from "../runner/tool-cache.ts";
import { findStructureTest } from "../structure/binary.ts";

const line = parseCommandLine(process.argv.slice(2));
if (line.kind === "help") {
	console.log(usage);
} else if (line.kind === "misused") {
	console.error(`berth: ${line.problem}\n\n${usage}`);
	process.exitCode = 2;
} else {
	const { dockerHost, json } = line.options;
	const env = dockerHost === undefined ? process.env : { ...process.env, DOCKER_HOST: dockerHost };
	const action = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
	const { ok, report } = await runCommand(line, {
		...{ env, action, engine: dockerEngine(env) },
		console: consoleOn(process, json),
		findBinary: (given) => findStructureTest(given, { cache: openToolCache(env) }),
	});
	if (json) console.log(JSON.stringify(report));
	process.exitCode = ok ? 0 : 1;
}
