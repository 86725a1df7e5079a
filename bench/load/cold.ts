/** A 1 GB image of which the engine has nothing. */
import { rmSync } from "node:fs";
import { median } from "../measure.ts";
import { type BenchImage, writeArchive, writeImage } from "./images.ts";
import { type BenchLayer, type Packing, randomLayer } from "./layers.ts";
import { inSurroundings, onEngine, type Store, type Surroundings, wayLine } from "./surroundings.ts";
import { berthLoad, dockerLoad, removeImages, settle, since } from "./ways.ts";

const rounds = 3;
const layers = 8;
const layerBytes = 125_000_000;

type Round = { readonly berth: number; readonly ready: number; readonly packed: number };

/** Measures all ways in turn. */
export function benchCold(store: Store, packing: Packing): Promise<string[]> {
	return inSurroundings(store, async (around) => {
		const made: BenchLayer[] = [];
		for (let at = 0; at < layers; at++) made.push(await randomLayer(around.dir, layerBytes, packing));
		const image = writeImage(around.fresh("image"), "localhost/cold:1", made);
		const measured: Round[] = [];
		for (let at = 0; at < rounds; at++) measured.push(await oneRound(around, image));
		const of = (way: keyof Round) => median(measured.map((each) => each[way]));
		const ours = of("berth");
		return [
			`1 GB image, ${packing} layers, cold, ${onEngine(around.engine)}, median of ${rounds}:`,
			wayLine("berth load, the whole process", ours),
			wayLine("docker load of a ready archive", of("ready"), ours),
			wayLine("tar, then docker load", of("packed"), ours),
		];
	});
}

// Every way leaves the image in the engine; it is removed, and berth's report tells whether that left nothing.
async function oneRound({ engine, fresh }: Surroundings, image: BenchImage): Promise<Round> {
	const archive = fresh("archive");
	await settle();
	const began = performance.now();
	writeArchive(image, archive);
	await dockerLoad(engine, archive);
	const packed = since(began);
	await removeImages(engine, [image.name]);
	await settle();
	const { seconds: berth, loaded } = await berthLoad(engine, [image]);
	if (loaded[0]?.layersSent !== layers) throw new Error("the engine was not cold: it still had layers");
	await removeImages(engine, [image.name]);
	await settle();
	const ready = await dockerLoad(engine, archive);
	await removeImages(engine, [image.name]);
	rmSync(archive);
	return { berth, ready, packed };
}
