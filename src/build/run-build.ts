import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ran, Run } from "../runner/run.ts";
import { buildxArgs } from "./args.ts";
import { type BaseImage, baseImages } from "./base-images.ts";
import { blamesCache, lastError } from "./failure.ts";
import type { BuildInputs } from "./inputs.ts";
import { type BuildMetadata, parseMetadata } from "./metadata.ts";
import { ProgressFilter } from "./progress-filter.ts";
import { type Definition, provenanceAsked, readDefinitions, wholeProvenance } from "./provenance.ts";
import type { BuildStep } from "./steps.ts";

/** Where a build's cache comes from and goes to, and who runs it. */
export type Wiring = {
	readonly builder?: string;
	readonly cacheFrom: readonly string[];
	readonly cacheTo: readonly string[];
	readonly builderId?: string;
	/** What the log says that it is built with. */
	readonly instance?: { readonly name: string; readonly driver: string };
	/** Where the image goes instead of into the engine. */
	readonly layout?: string;
};

/**
 * How a build ended. `suspectsCache`: it complained as of a broken imported cache, which it may have got over: a step
 * that can be run again is (seen with BuildKit 0.25 on both image stores).
 */
export type Built = {
	readonly suspectsCache: boolean;
	/** The steps of the Dockerfile; none where buildx doesn't tell them. */
	readonly steps: readonly BuildStep[];
	/** The names of BuildKit's vertexes that are steps, begun or not, by digest. */
	readonly titles: ReadonlyMap<string, string>;
} & (
	| {
			readonly kind: "built";
			readonly metadata: BuildMetadata;
			/** What was built, one a platform; none where buildx doesn't tell. */
			readonly definitions: readonly Definition[];
			/** The images that it used; none where buildx doesn't tell. */
			readonly bases: readonly BaseImage[];
	  }
	| { readonly kind: "failed"; readonly problem: string }
);

/** A build and what it runs in. */
export type BuildSurroundings = { readonly tempDir: string; readonly env: NodeJS.ProcessEnv };

/**
 * Runs `docker buildx build`, its output streaming into the log. Secret values lie in files only this user can read,
 * below `tempDir`, and are gone when it returns.
 */
export async function runBuild(
	run: Run,
	{ build, wiring }: { readonly build: BuildInputs; readonly wiring: Wiring },
	{ tempDir, env }: BuildSurroundings,
): Promise<Built> {
	const dir = mkdtempSync(join(tempDir, "berth-"));
	try {
		const metadataFile = join(dir, "metadata.json");
		const secretFiles = new Map(build.secrets.map(({ id, value }, at) => [id, writeSecret(dir, at, value)]));
		const args = buildxArgs(build, { ...wiring, metadataFile, secretFiles });
		const { ran, ...told } = await runTelling(run, args, { build, wiring, env });
		if (ran.kind === "not-found")
			return { kind: "failed", problem: "docker is not on PATH", suspectsCache: false, ...told };
		const suspectsCache = blamesCache(ran.stderr);
		if (ran.code === 0) {
			const { definitions, metadata } = readDefinitions(textOf(metadataFile), provenanceAsked(env));
			const bases = baseImages(metadata);
			return { kind: "built", metadata: parseMetadata(metadata), definitions, bases, suspectsCache, ...told };
		}
		const problem = lastError(ran.stderr) || `it exited with code ${ran.code} and said nothing`;
		return { kind: "failed", problem, suspectsCache, ...told };
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

const nothingTold = { steps: [], titles: new Map<string, string>() };

type Told = {
	readonly ran: Ran;
	readonly steps: readonly BuildStep[];
	readonly titles: ReadonlyMap<string, string>;
};

/**
 * Has buildx tell of its progress in JSON, which it can from 0.13 on; before 0.12 it takes the word for `plain`, and in
 * between may refuse it (seen in its source: util/progress/printer.go).
 */
async function runTelling(
	run: Run,
	args: readonly string[],
	{ build, wiring, env }: { build: BuildInputs; wiring: Wiring; env: NodeJS.ProcessEnv },
): Promise<Told> {
	const options = {
		group: "docker buildx build",
		...(provenanceAsked(env) === "min" ? { env: wholeProvenance } : {}),
	};
	if (choosesProgress(build, env)) return { ran: await run("docker", args, options), ...nothingTold };
	const filter = new ProgressFilter(wiring.instance);
	const asked = [...args.slice(0, 2), "--progress=rawjson", ...args.slice(2)];
	const ran = await run("docker", asked, { ...options, filter });
	const refused = ran.kind === "exited" && ran.code !== 0 && !filter.understood && /rawjson/.test(ran.stderr);
	if (refused) return { ran: await run("docker", args, options), ...nothingTold };
	return { ran, steps: filter.steps(), titles: filter.titles };
}

// With --quiet buildx takes no other progress.
function choosesProgress({ extraArgs }: BuildInputs, env: NodeJS.ProcessEnv): boolean {
	return (
		Boolean(env["BUILDKIT_PROGRESS"]) ||
		extraArgs.some((each) => /^(?:--progress|--quiet|-q)(?:=|$)/.test(each))
	);
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
