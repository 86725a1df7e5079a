#!/usr/bin/env node
import { join } from "node:path";
import { parseCommandLine } from "../cli/command-line.ts";
import { consoleOn } from "../cli/terminal.ts";
import { usage } from "../cli/usage.ts";
import { dockerEngine } from "../engine/dockerode-engine.ts";
import { dockerUpkeep } from "../engine/dockerode-upkeep.ts";
import { runCommand } from "../jobs/commands.ts";
import { atTerminal } from "../runner/outside-step.ts";
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
	const { ok, misused, report } = await runCommand(line, {
		...{ env, action: join(import.meta.dirname, "..", ".."), ...atTerminal(env) },
		...{ engine: dockerEngine(env), upkeep: dockerUpkeep(env) },
		console: consoleOn(process, json),
		findBinary: (given) => findStructureTest(given, { cache: openToolCache(env) }),
	});
	if (json && !misused) console.log(JSON.stringify(report));
	process.exitCode = misused ? 2 : ok ? 0 : 1;
}
