/** The ways of loading that are measured, each a whole process from its start to its end. */
import { fileURLToPath } from "node:url";
import { run } from "../../src/throwaway/command.ts";
import { dockerOrThrow } from "../../test/engines/docker.ts";
import type { TestEngine } from "../../test/engines/shared.ts";
import type { BenchImage } from "./images.ts";
import { findSkopeo, type Skopeo } from "./skopeo.ts";

/** What `berth load --json` says of an image. */
export type Loaded = {
	readonly layers: number;
	readonly layersSent: number;
	readonly bytesSent: number;
	readonly seconds: number;
};

const berth = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));
const timeoutMs = 1_800_000;

/** Loads layouts with one `berth load`; `node` are flags for Node itself. */
export async function berthLoad(
	engine: TestEngine,
	images: readonly BenchImage[],
	node: readonly string[] = [],
): Promise<{ seconds: number; loaded: readonly Loaded[]; stderr: string }> {
	const items = images.map(({ dir, name }) => `${dir}=${name}`);
	const began = performance.now();
	const { code, stdout, stderr } = await run(
		process.execPath,
		[...node, berth, "load", "--json", "--docker-host", engine.host, ...items],
		{ timeoutMs },
	);
	const seconds = since(began);
	if (code !== 0) throw new Error(`berth load ended with ${code}: ${stderr}`);
	const report = JSON.parse(stdout) as { images: Loaded[] };
	return { seconds, loaded: report.images, stderr };
}

/** Starts Node with nothing in it: what `berth load` has to take in any case. */
export async function startNode(): Promise<number> {
	const began = performance.now();
	await run(process.execPath, ["-e", "0"]);
	return since(began);
}

/** Loads a ready archive with `docker load`. */
export async function dockerLoad(engine: TestEngine, archive: string): Promise<number> {
	const began = performance.now();
	await dockerOrThrow(engine, ["load", "--quiet", "--input", archive], { timeoutMs });
	return since(began);
}

/** Copies a layout with skopeo. */
export async function skopeoCopy(engine: TestEngine, { dir, name }: BenchImage): Promise<number> {
	skopeo ??= await findSkopeo();
	const [program = "", ...before] = skopeo;
	const copy = ["--insecure-policy", "copy", "--quiet", "--dest-daemon-host", engine.host];
	const began = performance.now();
	const args = [...before, ...copy, `oci:${dir}`, `docker-daemon:${name}`];
	const { code, stderr } = await run(program, args, { timeoutMs });
	if (code !== 0) throw new Error(`skopeo copy ended with ${code}: ${stderr}`);
	return since(began);
}

let skopeo: Skopeo | undefined;

/** Removes images, and layers that only they had; throws if one was not there, as each has just been loaded. */
export async function removeImages(engine: TestEngine, names: readonly string[]): Promise<void> {
	await dockerOrThrow(engine, ["image", "rm", "--force", ...names], { timeoutMs });
}

/** Has the disk catch up, so that no measurement pays for the one before it. */
export async function settle(): Promise<void> {
	await run("sync", [], { timeoutMs });
}

/** Seconds since a moment of `performance.now()`. */
export function since(began: number): number {
	return (performance.now() - began) / 1000;
}
