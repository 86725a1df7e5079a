import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/throwaway/command.ts";
import type { TestEngine } from "../../test/engines/shared.ts";
import { type BenchImage, configOf } from "./images.ts";
import type { BenchLayer } from "./layers.ts";
import { since } from "./ways.ts";

/**
 * Loads an image the way rules_docker's `incremental_load.sh.tpl` finds out what the engine lacks: ever longer pieces of
 * the image are loaded without layers until one is refused, then all layers from there on are sent.
 */
export async function probingLoad(engine: TestEngine, image: BenchImage, parent: string): Promise<number> {
	const dir = mkdtempSync(join(parent, "probing-"));
	const began = performance.now();
	const probes: string[] = [];
	const { layers, config, name } = image;
	try {
		while (probes.length < layers.length) {
			const piece = layers.slice(0, probes.length + 1);
			const id = await load(engine, join(dir, "probe"), { layers: piece, sent: [], config: probeOf(piece) });
			if (id === undefined) break;
			probes.push(id);
		}
		const sent = layers.slice(probes.length);
		const id = await load(engine, join(dir, "image"), { layers, sent, config });
		if (id === undefined) throw new Error("the probing load was refused");
		await dockerAt(engine, dir, `docker tag ${id} ${name}`);
		if (probes.length > 0) await dockerAt(engine, dir, `docker image rm ${probes.join(" ")}`);
		return since(began);
	} finally {
		rmSync(dir, { recursive: true });
	}
}

// A config that no image has: probes are removed, whatever else has their layers.
function probeOf(layers: readonly BenchLayer[]): Buffer {
	return Buffer.from(JSON.stringify({ ...JSON.parse(configOf(layers).toString()), author: "probe" }));
}

type Piece = {
	readonly layers: readonly BenchLayer[];
	readonly sent: readonly BenchLayer[];
	readonly config: Buffer;
};

/** Loads a docker archive with some of its layers; the image's id, or undefined if the engine refuses it. */
async function load(engine: TestEngine, dir: string, { layers, sent, config }: Piece) {
	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir);
	const nameOf = ({ diffId }: BenchLayer) => `${diffId.slice("sha256:".length)}.tar`;
	for (const layer of sent) linkSync(layer.path, join(dir, nameOf(layer)));
	writeFileSync(join(dir, "config.json"), config);
	const manifest = [{ Config: "config.json", RepoTags: [], Layers: layers.map(nameOf) }];
	writeFileSync(join(dir, "manifest.json"), JSON.stringify(manifest));
	const { code, stdout } = await dockerAt(engine, dir, "tar --create * | docker load --quiet");
	return code === 0 ? /sha256:[0-9a-f]{64}/.exec(stdout)?.[0] : undefined;
}

function dockerAt(engine: TestEngine, cwd: string, script: string) {
	const env = { ...process.env, ...engine.env };
	return run("sh", ["-c", script], { cwd, env, timeoutMs: 1_800_000 });
}
