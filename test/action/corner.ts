import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { readCommandFile } from "../../src/demo/action-step.ts";
import type { Store } from "../../src/throwaway/engine.ts";
import { docker, dockerOrThrow, engine, type TestEngine } from "../engines/index.ts";
import { obeyedCommands } from "./commands.ts";
import { type Ended, runFile } from "./run-file.ts";

/** A corner of an engine: image names under a prefix of this test's own, and a cache root. */
export type Corner = {
	readonly engine: TestEngine;
	readonly dir: string;
	readonly root: string;
	readonly prefix: string;
	/** The environment of a process that runs there. */
	readonly env: NodeJS.ProcessEnv;
	/** Makes images with nothing in them, with these names under the prefix. */
	readonly bring: (...names: readonly string[]) => Promise<void>;
	/** The names under the prefix, without it. */
	readonly names: () => Promise<string[]>;
};

/** What the runner has of a cleanup step. */
export type CleanStep = Ended & {
	readonly outputs: Readonly<Record<string, string>>;
	readonly summary: string;
	readonly errors: readonly string[];
};

const emptyTar = Buffer.alloc(1024);

/** Of all the bundles. */
export const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Sets a corner up on an engine that others use, too; it is cleared away after the test. */
export async function newCorner(t: TestContext, store: Store): Promise<Corner> {
	const on = await engine(store);
	const dir = mkdtempSync("/var/tmp/berth-corner-");
	const prefix = `berth-corner.local/n${randomBytes(6).toString("hex")}`;
	const names = async () => {
		const args = ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=${prefix}/*`];
		const listed = (await dockerOrThrow(on, args)).split("\n").filter((line) => line !== "");
		return listed.map((name) => name.slice(prefix.length + 1)).sort();
	};
	t.after(async () => {
		for (const name of await names()) await docker(on, ["image", "rm", `${prefix}/${name}`]);
		rmSync(dir, { recursive: true, force: true });
	});
	return {
		...{ engine: on, dir, root: join(dir, "root"), prefix, names },
		env: { ...cleanEnvironment(), ...on.env, HOME: dir },
		bring: async (...wanted) => {
			for (const name of wanted)
				await dockerOrThrow(on, ["import", "-", `${prefix}/${name}`], { input: emptyTar });
		},
	};
}

/** Runs the cleanup action's step as a runner would, kept to the corner: others' orphans are theirs. */
export async function cleanAction(
	corner: Corner,
	inputs: Readonly<Record<string, string>> = {},
): Promise<CleanStep> {
	const files = mkdtempSync(join(corner.dir, "step-"));
	const file = (name: string) => {
		writeFileSync(join(files, name), "");
		return join(files, name);
	};
	const all = {
		...{ prefixes: corner.prefix, "cache-root": corner.root, orphans: "false", "min-age": "0s" },
		...inputs,
	};
	const given = Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
	const ended = await runFile(join(dist, "cleanup", "index.js"), [], {
		...corner.env,
		...Object.fromEntries(given),
		...{ RUNNER_NAME: "cleaner", RUNNER_TEMP: files, GITHUB_RUN_ID: "1", GITHUB_JOB: "clean" },
		...{ GITHUB_OUTPUT: file("output"), GITHUB_STEP_SUMMARY: file("summary"), GITHUB_STATE: file("state") },
	});
	const errors = obeyedCommands(ended.log).filter(({ name }) => name === "error");
	return {
		...ended,
		outputs: readCommandFile(join(files, "output")),
		summary: readFileSync(join(files, "summary"), "utf8"),
		errors: errors.map(({ data }) => data),
	};
}

/** The environment by which the hook keeps to the corner. */
export function hookSettings(corner: Corner): Readonly<Record<string, string>> {
	return {
		...{ BERTH_CLEANUP_PREFIXES: corner.prefix, BERTH_CLEANUP_CACHE_ROOT: corner.root },
		...{ BERTH_CLEANUP_ORPHANS: "false", BERTH_CLEANUP_MIN_AGE: "0s", RUNNER_NAME: "hooked" },
	};
}

/** A folder for files that are to lie elsewhere than in the repository. */
export function elsewhere(t: TestContext, files: Readonly<Record<string, string>> = {}): string {
	const dir = mkdtempSync("/var/tmp/berth-elsewhere-");
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	for (const [name, text] of Object.entries(files)) {
		mkdirSync(dirname(join(dir, name)), { recursive: true });
		writeFileSync(join(dir, name), text);
	}
	return dir;
}

/** The environment of the tests without what a workflow or a runner has put there. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
	const foreign =
		/^(?:GITHUB_|RUNNER_|ACTIONS_|INPUT_|STATE_|NODE_TEST_|BUILDX_|BUILDKIT_|BERTH_|XDG_|DOCKER_)/;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
