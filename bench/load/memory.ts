/** How much memory loading takes, for an image that fits into none. */
import { writeImage } from "./images.ts";
import { type BenchLayer, zeroLayer } from "./layers.ts";
import { inSurroundings, onEngine, type Store } from "./surroundings.ts";
import { berthLoad } from "./ways.ts";

const layers = 10;
const layerBytes = 1_000_000_000;

// The kernel's own count for this program; `maxRSS` has that of the one that started it in it.
const sayPeak =
	"data:text/javascript,import{readFileSync}from'node:fs';process.on('exit',()=>process.stderr.write('\\n'+/VmHWM.*/.exec(readFileSync('/proc/self/status','utf8'))[0]))";

/** Measures one load. */
export function benchMemory(store: Store): Promise<string[]> {
	return inSurroundings(store, async ({ engine, dir, fresh }) => {
		const made: BenchLayer[] = [];
		for (let at = 0; at < layers; at++) made.push(await zeroLayer(dir, layerBytes));
		const image = writeImage(fresh("image"), "localhost/large:1", made);
		const { stderr, loaded, seconds } = await berthLoad(engine, [image], ["--import", sayPeak]);
		const kilobytes = Number(/VmHWM:\s*(\d+) kB/.exec(stderr)?.[1]);
		return [
			`an image of ${loaded[0]?.bytesSent} bytes, cold, ${onEngine(engine)}:`,
			`  peak memory of berth load   ${Math.round(kilobytes / 1024)} MiB (${Math.round(seconds)} s)`,
		];
	});
}
