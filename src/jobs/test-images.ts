import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Engine } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { expandGlob, isGlob } from "../image/glob.ts";
import { inOnePiece } from "../image/signals.ts";
import { runConfig } from "../structure/run-config.ts";
import type { ConfigVerdict } from "../structure/verdict.ts";
import { inParallel } from "./in-parallel.ts";

/** An image in the engine, by name or id, and the platform to run it for, as `docker run` takes it. */
export type ImageToTest = { readonly name: string; readonly platform?: string | undefined };

/** What to test, and with what; configs may be globs. */
export type TestRequest = {
	readonly images: readonly ImageToTest[];
	readonly configs: readonly string[];
	readonly binary: string;
	/** How long one config may take with one image. */
	readonly timeoutMs: number;
};

/** What testing needs. */
export type TestTools = {
	readonly engine: Engine;
	/** Of the same engine. */
	readonly upkeep: Upkeep;
	readonly env: NodeJS.ProcessEnv;
	/** Where reports and sockets lie while a test runs. */
	readonly tempDir: string;
	/** Told of each config and image as they are done. */
	readonly done: (verdict: ConfigVerdict) => void;
	/** The id that a later cleanup knows the job by, if it has one. */
	readonly owner?: string | undefined;
};

/** Each config's verdict on each image, images first, in the order asked for. */
export type Tests = {
	readonly verdicts: readonly ConfigVerdict[];
	/** Configs that aren't there, a line each. */
	readonly problems: readonly string[];
	/** What the tests left in the engine though it was to be removed, a line each. */
	readonly left: readonly string[];
};

// A test is mostly the engine's work, which has a few things to do at once without one waiting for the other.
const atOnce = 4;

/**
 * Tests every image with every config. If the process is told to end meanwhile, the tests that run are ended, what they
 * made is removed, and it ends then.
 */
export async function testImages(request: TestRequest, tools: TestTools): Promise<Tests> {
	const { binary, timeoutMs } = request;
	const { configs, problems } = await configsAt(request.configs);
	const images = [...new Map(request.images.map((image) => [image.name, image])).values()];
	const missing = await missingImages(images, tools.engine);
	const runs = images.flatMap(({ name: image, platform }) =>
		configs.map((config) => ({ image, config, platform, binary, timeoutMs })),
	);
	const ran = await inOnePiece((told) =>
		inParallel(runs, atOnce, async (run) => {
			const reason = missing.get(run.image);
			const result =
				reason === undefined
					? await runConfig(run, { ...tools, told })
					: { verdict: withoutImage({ ...run, reason }), left: [] };
			tools.done(result.verdict);
			return result;
		}),
	);
	return { verdicts: ran.map(({ verdict }) => verdict), problems, left: ran.flatMap(({ left }) => left) };
}

/** The configs that patterns name, each once, and which patterns name none. */
export async function configsAt(
	patterns: readonly string[],
): Promise<{ readonly configs: readonly string[]; readonly problems: readonly string[] }> {
	const found = new Map<string, string>();
	const problems: string[] = [];
	for (const pattern of patterns) {
		const paths = isGlob(pattern) && !existsSync(pattern) ? await expandGlob(pattern) : [pattern];
		const there = paths.filter((path) => existsSync(path));
		if (there.length === 0) problems.push(`${JSON.stringify(pattern)} names no file`);
		for (const path of there) if (!found.has(resolve(path))) found.set(resolve(path), path);
	}
	return { configs: [...found.values()], problems };
}

/** Why images can't be tested: container-structure-test would say so once a test, or find nothing to say. */
async function missingImages(
	images: readonly ImageToTest[],
	engine: Engine,
): Promise<ReadonlyMap<string, string>> {
	const missing = new Map<string, string>();
	for (const { name } of images) {
		const answer = await engine.image(name);
		if (answer.kind === "absent") missing.set(name, `the engine has no image ${JSON.stringify(name)}`);
		if (answer.kind === "refused")
			missing.set(name, `image ${JSON.stringify(name)} can't be looked up: ${answer.problem}`);
	}
	return missing;
}

function withoutImage({
	image,
	config,
	reason,
}: Pick<ConfigVerdict, "image" | "config"> & { readonly reason: string }): ConfigVerdict {
	return { image, config, seconds: 0, tests: [], problem: { reason, line: null } };
}
