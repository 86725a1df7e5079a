/** A 1 GB image of which the engine has nothing. */
import { rmSync } from "node:fs";
import { median } from "../measure.ts";
import { type BenchImage, writeArchive, writeImage } from "./images.ts";
import { type BenchLayer, type Packing, randomLayer } from "./layers.ts";
import { inSurroundings, onEngine, type Store, type Surroundings, wayLine } from "./surroundings.ts";
import { berthLoad, dockerLoad, removeImages, settle, since } from "./ways.ts";

const layers = 8;
const layerBytes = 125_000_000;

// Each way goes first, second and last equally often: what went before it is felt, most of all by the first.
const orders = ["berth ready packed", "packed berth ready", "ready packed berth"].flatMap((order) => [
	order.split(" "),
	order.split(" ").reverse(),
]);

type Way = () => Promise<number>;

/** Measures all ways in turn. */
export function benchCold(store: Store, packing: Packing): Promise<string[]> {
	return inSurroundings(store, async (around) => {
		const made: BenchLayer[] = [];
		for (let at = 0; at < layers; at++) made.push(await randomLayer(around.dir, layerBytes, packing));
		const image = writeImage(around.fresh("image"), "localhost/cold:1", made);
		const ways = waysOf(around, image);
		const measured = new Map<string, number[]>();
		for (const name of orders.flat()) {
			const way = ways[name];
			if (way === undefined) throw new Error(`there is no way ${name}`);
			await settle();
			measured.set(name, [...(measured.get(name) ?? []), await way()]);
			await removeImages(around.engine, [image.name]);
		}
		const of = (name: string) => median(measured.get(name) ?? []);
		const ours = of("berth");
		return [
			`1 GB image, ${packing} layers, cold, ${onEngine(around.engine)}, median of ${orders.length}:`,
			wayLine("berth load, the whole process", ours),
			wayLine("docker load of a ready archive", of("ready"), ours),
			wayLine("tar, then docker load", of("packed"), ours),
		];
	});
}

// Every way leaves the image in the engine; it is removed, and berth's report tells whether that left nothing.
function waysOf({ engine, fresh }: Surroundings, image: BenchImage): { readonly [name: string]: Way } {
	const archive = writeArchive(image, fresh("archive"));
	return {
		berth: async () => {
			const { seconds, loaded } = await berthLoad(engine, [image]);
			if (loaded[0]?.layersSent !== layers) throw new Error("the engine was not cold: it still had layers");
			return seconds;
		},
		ready: () => dockerLoad(engine, archive),
		packed: async () => {
			const own = fresh("archive");
			const began = performance.now();
			writeArchive(image, own);
			await dockerLoad(engine, own);
			const seconds = since(began);
			rmSync(own);
			return seconds;
		},
	};
}
