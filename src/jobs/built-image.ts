import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BuildInputs } from "../build/inputs.ts";
import type { Built } from "../build/run-build.ts";
import type { Hold } from "../cache/hold.ts";
import { seededLayout } from "../cache/seed.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { LoadReport } from "../image/loader.ts";
import { readImage } from "../image/read-image.ts";
import { parseReference } from "../image/reference.ts";
import { isUnfit } from "../image/unfit.ts";
import { describeLoad, SendProgress } from "../report/load-lines.ts";
import { loaderFor, plainStepBytes } from "./load-images.ts";
import type { Tools } from "./tools.ts";

/** A build that may have left its image in a layout, and what loading that came to. */
export type BuiltAndLoaded = Built & { readonly loaded?: LoadReport };

/**
 * Has a build of a builder that is not the engine's own write its image into a layout, seeded from the berth, and loads
 * it from there: buildx's `--load` would send the whole image every time.
 */
export async function buildThenLoad(
	build: (layout: string) => Promise<Built>,
	{ inputs, hold, info }: { inputs: BuildInputs; hold: Hold | undefined; info: EngineInfo },
	tools: Tools,
): Promise<BuiltAndLoaded> {
	const layout = hold === undefined ? mkdtempSync(join(tools.tempDir, "berth-image-")) : seededLayout(hold);
	try {
		const built = await build(layout);
		return built.kind === "built" ? await load(built, { layout, inputs, info }, tools) : built;
	} finally {
		rmSync(layout, { recursive: true, force: true });
	}
}

type Left = { readonly layout: string; readonly inputs: BuildInputs; readonly info: EngineInfo };

async function load(
	built: Built & { kind: "built" },
	{ layout, inputs, info }: Left,
	{ engine, log }: Tools,
): Promise<BuiltAndLoaded> {
	const image = await readImage(layout, info.platform);
	// A blob that is there but wrong came with the berth: BuildKit leaves alone what it finds.
	if (isUnfit(image)) return failed(built, `load: what was built ${image.unfit}`, true);
	const references = inputs.tags.map(parseReference).filter((each) => each !== undefined);
	const watch = new SendProgress(log.info, plainStepBytes);
	const result = await loaderFor({ engine, info, watch }).load({ image, references });
	if (result.kind === "failed")
		return failed(built, `load: the image that was built ${result.reason}`, result.fault !== undefined);
	log.info(describeLoad(result.report));
	return { ...built, loaded: result.report };
}

function failed({ steps, titles }: Built, problem: string, suspectsCache: boolean): Built {
	return { kind: "failed", problem, suspectsCache, steps, titles };
}
