/** A thousand images of Bazel's tests, gone: `berth clean` against `docker rmi` of all at once. */
import { fileURLToPath } from "node:url";
import { run } from "../src/throwaway/command.ts";
import { dockerOrThrow } from "../test/engines/docker.ts";
import { testStores } from "../test/engines/shared.ts";
import { type BenchImage, writeImage } from "./load/images.ts";
import { type BenchLayer, randomLayer } from "./load/layers.ts";
import { inSurroundings, onEngine, type Store, type Surroundings, wayLine } from "./load/surroundings.ts";
import { berthLoad, settle, since } from "./load/ways.ts";
import { median } from "./measure.ts";

const many = 1_000;
const few = 100;
const rounds = 3;
const prefix = "cst.oci.local";

const berth = fileURLToPath(new URL("../dist/cli/index.js", import.meta.url));
// The kernel's own count for this program.
const sayPeak =
	"data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write('\\n'+/VmHWM.*/.exec(readFileSync('/proc/self/status','utf8'))[0]))";

/** Measures both on each store, the ways taking turns in being first. */
export async function* benchClean(): AsyncGenerator<string[]> {
	for (const store of testStores()) yield await onStore(store);
}

function onStore(store: Store): Promise<string[]> {
	return inSurroundings(store, async (around) => {
		const images = await makeImages(around);
		const ours: number[] = [];
		const theirs: number[] = [];
		let peak = 0;
		const ways = [
			async () => {
				const { seconds, peakMiB } = await clean(around, many);
				ours.push(seconds);
				peak = peakMiB;
			},
			async () => void theirs.push(await rmi(around, images)),
		];
		for (let round = 0; round < rounds; round++) {
			for (const way of round % 2 === 0 ? ways : ways.toReversed()) {
				await berthLoad(around.engine, images);
				await settle();
				await way();
			}
		}
		await berthLoad(around.engine, images.slice(0, few));
		const { peakMiB: peakOfFew } = await clean(around, few);
		return [
			`${many} images of two layers, one of them shared, ${onEngine(around.engine)}, median of ${rounds}:`,
			wayLine("berth clean", median(ours)),
			wayLine("docker rmi of all at once", median(theirs), median(ours)),
			`  peak memory of berth clean   ${peak} MiB, of ${few} images ${peakOfFew} MiB`,
		];
	});
}

async function makeImages({ dir, fresh }: Surroundings): Promise<BenchImage[]> {
	const base = await randomLayer(dir, 1_000_000, "tar");
	const images: BenchImage[] = [];
	for (let at = 0; at < many; at++) {
		const layers: BenchLayer[] = [base, await randomLayer(dir, 10_000, "tar")];
		images.push(writeImage(fresh("image"), `${prefix}/image-${at}:${at}`, layers));
	}
	return images;
}

async function clean({ engine, fresh }: Surroundings, expected: number) {
	const args = ["clean", "--json", "--docker-host", engine.host, "--cache-root", fresh("root")];
	const began = performance.now();
	const { code, stdout, stderr } = await run(process.execPath, ["--import", sayPeak, berth, ...args]);
	const seconds = since(began);
	const { removed } = JSON.parse(stdout) as { removed: unknown[] };
	if (code !== 0 || removed.length !== expected)
		throw new Error(`berth clean ended with ${code}, having removed ${removed.length}: ${stderr}`);
	return { seconds, peakMiB: Math.round(Number(/VmHWM:\s*(\d+) kB/.exec(stderr)?.[1]) / 1024) };
}

async function rmi({ engine }: Surroundings, images: readonly BenchImage[]): Promise<number> {
	const began = performance.now();
	await dockerOrThrow(engine, ["rmi", ...images.map(({ name }) => name)], { timeoutMs: 1_800_000 });
	return since(began);
}
