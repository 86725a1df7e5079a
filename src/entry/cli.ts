#!/usr/bin/env node
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommandLine, usage } from "../cli/command-line.ts";
import { dockerEngine } from "../engine/dockerode-engine.ts";
import { demo } from "../jobs/demo.ts";

const parsed = parseCommandLine(process.argv.slice(2));
if (parsed.kind === "help") {
	console.log(usage);
} else if (parsed.kind === "misused") {
	console.error(`berth: ${parsed.problem}\n\n${usage}`);
	process.exitCode = 2;
} else {
	const { cacheRoot, dockerHost, json } = parsed.options;
	const env = dockerHost === undefined ? process.env : { ...process.env, DOCKER_HOST: dockerHost };
	const action = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
	const say = (line: string) => console.error(line);
	const shown = await demo({ action, env, engine: dockerEngine(env), cacheRoot, say });
	if (shown.kind === "failed") console.error(`berth: ${shown.problem}`);
	else console.log(json ? JSON.stringify({ runs: shown.runs }) : `\n${shown.table}`);
	process.exitCode = shown.kind === "failed" ? 1 : 0;
}
