import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openToolCache } from "../../src/runner/tool-cache.ts";
import type { Patience } from "../../src/runner/transfer.ts";
import type { FoundBinary, Tools } from "../../src/structure/binary.ts";

/** A runner's tool cache and temporary directory, both empty, and what is found in them later. */
export type Machine = {
	readonly dir: string;
	readonly env: { readonly RUNNER_TOOL_CACHE: string; readonly RUNNER_TEMP: string };
	/** The tools to search with, on a Linux of x64, for a release that is one script. */
	readonly tools: (urlOf: string | (() => string)) => Tools;
	/** Every file in the tool cache, by its path there. */
	readonly cached: () => string[];
	/** What lies in the temporary directory. */
	readonly temporary: () => string[];
};

/** What the release of these tests holds. */
export const script = `#!/bin/sh\necho ${"container structure test ".repeat(400)}\n`;

/** Where the tool cache keeps it. */
export const place = "container-structure-test/9.9.9/x64/container-structure-test";

const impatient: Patience = { attempts: 3, pauseMs: 1, stallMs: 300, totalMs: 60_000 };

/** A machine that has nothing yet; it is cleared away after the test. */
export function newMachine(t: TestContext, patience: Partial<Patience> = {}): Machine {
	const dir = mkdtempSync(join(tmpdir(), "berth-machine-"));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	const env = { RUNNER_TOOL_CACHE: join(dir, "tools"), RUNNER_TEMP: mkdtempSync(join(dir, "temp-")) };
	const cache = openToolCache(env, { ...impatient, ...patience });
	return {
		dir,
		env,
		tools: (urlOf) => ({
			// No machine that runs these tests is to lend its own.
			cache: { ...cache, onPath: () => Promise.resolve(undefined) },
			machine: { platform: "linux", arch: "x64" },
			release: {
				version: "9.9.9",
				urlOf: typeof urlOf === "string" ? () => urlOf : urlOf,
				sha256: { "linux-amd64": createHash("sha256").update(script).digest("hex") },
			},
		}),
		cached: () => filesIn(env.RUNNER_TOOL_CACHE),
		temporary: () => readdirSync(env.RUNNER_TEMP),
	};
}

const complete = "container-structure-test/9.9.9/x64.complete";

/** Asserts that the binary was found in the tool cache and runs, with nothing else left anywhere. */
export function found(machine: Machine, result: FoundBinary): void {
	assert.deepEqual(result, { kind: "found", path: join(machine.env.RUNNER_TOOL_CACHE, place) });
	execFileSync(join(machine.env.RUNNER_TOOL_CACHE, place), { stdio: "ignore" });
	assert.deepEqual(machine.cached(), [complete, place]);
	assert.deepEqual(machine.temporary(), []);
}

/** Asserts that the search failed with one line and left nothing. */
export function failed(machine: Machine, result: FoundBinary, reason: RegExp): void {
	const problem = result.kind === "none" ? result.problem : "";
	assert.match(problem, reason);
	assert.match(problem, /^structure-test: [^\n]*; put container-structure-test on PATH, or give [^\n]*$/);
	assert.deepEqual(machine.cached(), []);
	assert.deepEqual(machine.temporary(), []);
}

function filesIn(dir: string): string[] {
	if (!existsSync(dir)) return [];
	return readdirSync(dir, { recursive: true, withFileTypes: true })
		.filter((entry) => !entry.isDirectory())
		.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
		.sort();
}
