/** Ten images of 1 GB each on one base, none of it in the engine. */
import { rmSync } from "node:fs";
import { type BenchImage, distinctBytes, writeArchive, writeImage } from "./images.ts";
import { type BenchLayer, type Packing, randomLayer } from "./layers.ts";
import { inSurroundings, onEngine, type Store, type Surroundings, wayLine } from "./surroundings.ts";
import { berthLoad, dockerLoad, removeImages, settle, since } from "./ways.ts";

const count = 10;
const baseLayers = 8;
const baseLayerBytes = 120_000_000;
const topBytes = 40_000_000;

/** Measures one `berth load` of all against a `docker load` of each at once. */
export function benchMany(store: Store, packing: Packing): Promise<string[]> {
	return inSurroundings(store, async (around) => {
		const images = await makeImages(around, packing);
		await settle();
		const { seconds: ours, loaded } = await berthLoad(around.engine, images);
		const sent = loaded.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
		await removeImages(
			around.engine,
			images.map(({ name }) => name),
		);
		const theirs = await atOnce(around, images);
		return [
			`${count} images of 1 GB on one base, ${packing} layers, cold, ${onEngine(around.engine)}, once:`,
			wayLine("one berth load of all", ours),
			wayLine(`${count} docker loads of ready archives at once`, theirs, ours),
			`  ${sent} bytes of layers sent, of ${distinctBytes(images)} that differ`,
		];
	});
}

async function makeImages({ dir, fresh }: Surroundings, packing: Packing): Promise<BenchImage[]> {
	const base: BenchLayer[] = [];
	for (let at = 0; at < baseLayers; at++) base.push(await randomLayer(dir, baseLayerBytes, packing));
	const images: BenchImage[] = [];
	for (let at = 0; at < count; at++) {
		const top = await randomLayer(dir, topBytes, packing);
		images.push(writeImage(fresh("image"), `localhost/many:${at}`, [...base, top]));
	}
	return images;
}

async function atOnce({ engine, fresh }: Surroundings, images: readonly BenchImage[]): Promise<number> {
	const archives = images.map((image) => writeArchive(image, fresh("archive")));
	await settle();
	const began = performance.now();
	await Promise.all(archives.map((archive) => dockerLoad(engine, archive)));
	const seconds = since(began);
	for (const archive of archives) rmSync(archive);
	return seconds;
}
