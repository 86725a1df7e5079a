/** A 1 GB image of which one small layer changed, its base in the engine already. */
import { rmSync } from "node:fs";
import { median } from "../measure.ts";
import { writeArchive, writeImage } from "./images.ts";
import { type BenchLayer, type Packing, randomLayer } from "./layers.ts";
import { probingLoad } from "./probing.ts";
import { inSurroundings, onEngine, type Store, type Surroundings, wayLine } from "./surroundings.ts";
import { berthLoad, dockerLoad, removeImages, settle, skopeoCopy, startNode } from "./ways.ts";

const rounds = 5;
const baseLayers = 8;
const layerBytes = 125_000_000;
const topBytes = 2_000;

/** Seconds of one round, each way with a small layer of its own that nobody has seen. */
type Round = {
	readonly berth: number;
	/** The load alone, as berth itself measures it. */
	readonly load: number;
	/** Starting Node with nothing in it. */
	readonly node: number;
	readonly docker: number;
	readonly skopeo: number;
	readonly probing: number;
};

/** Measures all ways in turn. */
export function benchSmallChange(store: Store, packing: Packing): Promise<string[]> {
	return inSurroundings(store, async (around) => {
		const base: BenchLayer[] = [];
		for (let at = 0; at < baseLayers; at++) base.push(await randomLayer(around.dir, layerBytes, packing));
		await berthLoad(around.engine, [writeImage(around.fresh("base"), "localhost/base:1", base)]);
		const measured: Round[] = [];
		for (let at = 0; at < rounds; at++) measured.push(await oneRound(around, base, packing));
		const of = (way: keyof Round) => median(measured.map((each) => each[way]));
		const [ours, load] = [of("berth"), of("load")];
		return [
			`1 GB image, ${packing} layers, one of ${topBytes} bytes changed, ${onEngine(around.engine)}, median of ${rounds}:`,
			wayLine("berth load, the whole process", ours),
			wayLine("berth load, the load itself", load),
			wayLine("starting Node with nothing in it", of("node")),
			wayLine("docker load of a ready archive", of("docker"), ours),
			wayLine("  against the load itself", of("docker"), load),
			wayLine("skopeo copy", of("skopeo"), ours),
			wayLine("probing as rules_docker does", of("probing"), ours),
		];
	});
}

async function oneRound(around: Surroundings, base: readonly BenchLayer[], packing: Packing): Promise<Round> {
	const { engine, dir, fresh } = around;
	const changed = async (name: string) =>
		writeImage(fresh(name), `localhost/${name}:1`, [...base, await randomLayer(dir, topBytes, packing)]);
	const [forBerth, forDocker, forSkopeo, forProbing] = [
		await changed("berth"),
		await changed("docker"),
		await changed("skopeo"),
		await changed("probing"),
	];
	const archive = writeArchive(forDocker, fresh("archive"));
	await settle();
	const node = await startNode();
	const { seconds: berth, loaded } = await berthLoad(engine, [forBerth]);
	const [report] = loaded;
	if (report?.layersSent !== 1)
		throw new Error(`berth sent ${report?.layersSent} layers for the one changed`);
	const docker = await dockerLoad(engine, archive);
	rmSync(archive);
	await settle();
	const skopeo = await skopeoCopy(engine, forSkopeo);
	await settle();
	const probing = await probingLoad(engine, forProbing, dir);
	await removeImages(
		engine,
		[forBerth, forDocker, forSkopeo, forProbing].map(({ name }) => name),
	);
	return { berth, load: report.seconds, node, docker, skopeo, probing };
}
