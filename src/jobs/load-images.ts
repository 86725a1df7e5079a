import type { Engine, EngineInfo } from "../engine/engine.ts";
import { ContainerdStore } from "../image/containerd-store.ts";
import { GraphDriverStore } from "../image/graph-driver-store.ts";
import { defaultReference, type Image } from "../image/image.ts";
import { Loader, type LoadReport, type Watch } from "../image/loader.ts";
import { readImage } from "../image/read-image.ts";
import { parseReference, type Reference } from "../image/reference.ts";
import { type ImageRequest, readRequests } from "../image/requests.ts";
import { isUnfit } from "../image/unfit.ts";
import { describeLoad, SendProgress } from "../report/load-lines.ts";
import { inParallel } from "./in-parallel.ts";
import type { Tools } from "./tools.ts";

/** What loading needs. */
export type LoadTools = {
	readonly engine: Engine;
	readonly info: EngineInfo;
	readonly watch: Watch;
	/** Told of each image as it is in the engine. */
	readonly done: (report: LoadReport) => void;
	/** Who must hear of all names before the engine does. */
	readonly claims?: { readonly make: (references: readonly string[]) => Promise<void> } | undefined;
};

/** The images that are in the engine now, in the order asked for, and why the others are not, a line each. */
export type Loads = { readonly reports: readonly LoadReport[]; readonly problems: readonly string[] };

/** How many bytes go by between two lines of progress in a log. */
export const plainStepBytes = 1_000_000_000;

// An engine unpacks a layer with one core, and takes uploads faster than it unpacks them.
const atOnce = 4;

/** Loads OCI layouts and archives; one that can't be loaded keeps none of the others. */
export async function loadImages(items: readonly string[], tools: LoadTools): Promise<Loads> {
	const { requests, problems } = await readRequests(items);
	const loader = loaderFor(tools);
	const read = await inParallel(requests, atOnce, (request) => readOne(request, tools));
	await tools.claims?.make(read.flatMap((each) => (typeof each === "string" ? [] : [each.name])));
	const results = await inParallel(read, atOnce, async (each) =>
		typeof each === "string" ? each : await loadOne(each, loader, tools),
	);
	return {
		reports: results.filter((result) => typeof result !== "string"),
		problems: [...problems, ...results.filter((result) => typeof result === "string")],
	};
}

/** The same in a step: a line each in its log, and `images` before each problem. */
export async function loadForStep(
	items: readonly string[],
	info: EngineInfo,
	{ engine, log, claims }: Tools & Pick<LoadTools, "claims">,
): Promise<Loads> {
	const watch = new SendProgress(log.info, plainStepBytes);
	const done = (report: LoadReport) => log.info(describeLoad(report));
	const { reports, problems } = await loadImages(items, { engine, info, watch, done, claims });
	return { reports, problems: problems.map((problem) => `images: ${problem}`) };
}

/** The loader for the image store that the engine has. */
export function loaderFor({ engine, info, watch }: Pick<LoadTools, "engine" | "info" | "watch">): Loader {
	const store =
		info.store === "containerd"
			? new ContainerdStore(engine, info.version)
			: new GraphDriverStore(engine, info.version);
	return new Loader(engine, store, watch);
}

type Readied = { readonly path: string; readonly image: Image; readonly name: Reference };

async function readOne({ path, reference }: ImageRequest, { info }: LoadTools): Promise<Readied | string> {
	const image = await readImage(path, info.platform);
	if (isUnfit(image)) return `${JSON.stringify(path)} ${image.unfit}`;
	const name = reference ?? parseReference(defaultReference(image));
	if (name === undefined) throw new Error("the name of an image without one is a reference");
	return { path, image, name };
}

async function loadOne({ path, image, name }: Readied, loader: Loader, { done }: LoadTools) {
	const result = await loader.load({ image, references: [name] });
	if (result.kind === "failed") return `${JSON.stringify(path)} ${result.reason}`;
	done(result.report);
	return result.report;
}
