import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Run } from "../runner/run.ts";
import { buildxArgs } from "./args.ts";
import { blamesCache, lastError } from "./failure.ts";
import type { BuildInputs } from "./inputs.ts";
import { type BuildMetadata, parseMetadata } from "./metadata.ts";

/** Where a build's cache comes from and goes to, and who runs it. */
export type Wiring = {
	readonly builder?: string;
	readonly cacheFrom: readonly string[];
	readonly cacheTo: readonly string[];
	readonly builderId?: string;
	/** Where the image goes instead of into the engine. */
	readonly layout?: string;
};

/**
 * How a build ended. `suspectsCache`: it complained as of a broken imported cache, which it may have got over: a step
 * that can be run again is (seen with BuildKit 0.25 on both image stores).
 */
export type Built = { readonly suspectsCache: boolean } & (
	| { readonly kind: "built"; readonly metadata: BuildMetadata }
	| { readonly kind: "failed"; readonly problem: string }
);

/**
 * Runs `docker buildx build`, its output streaming into the log. Secret values lie in files only this user can read,
 * below `tempDir`, and are gone when it returns.
 */
export async function runBuild(
	run: Run,
	build: BuildInputs,
	wiring: Wiring,
	tempDir: string,
): Promise<Built> {
	const dir = mkdtempSync(join(tempDir, "berth-"));
	try {
		const metadataFile = join(dir, "metadata.json");
		const secretFiles = new Map(build.secrets.map(({ id, value }, at) => [id, writeSecret(dir, at, value)]));
		const ran = await run("docker", buildxArgs(build, { ...wiring, metadataFile, secretFiles }));
		if (ran.kind === "not-found")
			return { kind: "failed", problem: "docker is not on PATH", suspectsCache: false };
		const suspectsCache = blamesCache(ran.stderr);
		if (ran.code === 0)
			return { kind: "built", metadata: parseMetadata(textOf(metadataFile)), suspectsCache };
		const problem = lastError(ran.stderr) || `it exited with code ${ran.code} and said nothing`;
		return { kind: "failed", problem, suspectsCache };
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function writeSecret(dir: string, at: number, value: string): string {
	const file = join(dir, `secret-${at}`);
	writeFileSync(file, value, { mode: 0o600, flag: "wx" });
	return file;
}

function textOf(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// buildx writes none for a build without a result, such as --call=check.
		return "";
	}
}
