import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { violations } from "./house.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

describe("the plan of the house", () => {
	it("is kept by every file in src/", () => {
		const files = globSync("src/**/*.ts", { cwd: ROOT });
		assert.notEqual(files.length, 0);
		const found = files.flatMap((file) => violations(file, readFileSync(path.join(ROOT, file), "utf8")));
		assert.deepEqual(found, []);
	});

	const allowed: [file: string, source: string][] = [
		["src/runner/log.ts", 'import * as core from "@actions/core";'],
		["src/engine/docker.ts", 'import Docker from "dockerode";'],
		["src/engine/docker.ts", 'import type { Log } from "../runner/log.ts";'],
		["src/runner/inputs.ts", 'import type { BuildInputs } from "../build/inputs.ts";'],
		["src/cache/clone.ts", 'import { current } from "./current.ts";'],
		["src/cache/clone.ts", 'import { parseDigest } from "../image/digest.ts";'],
		["src/cli/command-line.ts", 'import { parseDuration } from "../runner/durations.ts";'],
		["src/cache/clone.ts", 'import type { Log } from "../runner/log.ts";'],
		["src/image/loader.ts", 'import type {\n\tEngine,\n\tImage,\n} from "../engine/engine.ts";'],
		["src/jobs/finish.ts", 'import { sweep } from "../cache/sweep.ts";'],
		["src/jobs/finish.ts", 'import type { Engine } from "../engine/engine.ts";'],
		["src/jobs/finish.ts", 'import { cleanUp } from "./clean-up.ts";'],
		["src/entry/main.ts", 'import { dockerEngine } from "../engine/docker.ts";'],
		["src/entry/cli.ts", 'import manifest from "../../package.json" with { type: "json" };'],
		[
			"src/build/run.ts",
			'import path from "node:path";\n// from "../entry/main.ts"\nconst from = "../entry/main.ts";',
		],
	];
	for (const [file, source] of allowed) {
		it(`allows ${file}: ${source}`, () => assert.deepEqual(violations(file, source), []));
	}

	const forbidden: [file: string, source: string][] = [
		["src/cache/clone.ts", 'import * as core from "@actions/core";'],
		["src/jobs/finish.ts", 'import type { ExecOptions } from "@actions/exec";'],
		["src/entry/main.ts", 'import * as core from "@actions/core";'],
		["src/image/loader.ts", 'import type Docker from "dockerode";'],
		["src/runner/log.ts", 'import Modem from "docker-modem";'],
		["src/image/loader.ts", 'import { dockerEngine } from "../engine/docker.ts";'],
		["src/image/loader.ts", 'import { type Engine } from "../engine/engine.ts";'],
		["src/image/loader.ts", 'import {\n\tdockerEngine,\n\ttype Engine,\n} from "../engine/engine.ts";'],
		["src/image/loader.ts", 'export { dockerEngine } from "../engine/docker.ts";'],
		["src/image/loader.ts", 'export * from "../engine/docker.ts";'],
		["src/image/loader.ts", 'import "../engine/docker.ts";'],
		["src/image/loader.ts", 'const { dockerEngine } = await import("../engine/docker.ts");'],
		["src/jobs/finish.ts", 'import { dockerEngine } from "../engine/docker.ts";'],
		["src/cache/clone.ts", 'import { readLayout } from "../image/layout.ts";'],
		["src/cache/clone.ts", 'import type { Layout } from "../image/layout.ts";'],
		["src/report/summary.ts", 'import { finish } from "../jobs/finish.ts";'],
		["src/runner/inputs.ts", 'import { parse } from "../build/inputs.ts";'],
		["src/engine/docker.ts", 'import { log } from "../runner/log.ts";'],
		["src/jobs/finish.ts", 'import type { Main } from "../entry/main.ts";'],
		["src/runner/log.ts", 'import type { Main } from "../entry/main.ts";'],
		["src/throwaway/engine.ts", 'import { start } from "../../test/engines/start.ts";'],
		["src/entry/cli.ts", 'import { measure } from "../../bench/measure.ts";'],
		["src/utils/strings.ts", ""],
		["src/strings.ts", ""],
	];
	for (const [file, source] of forbidden) {
		it(`forbids ${file}: ${source}`, () => assert.equal(violations(file, source).length, 1));
	}
});
