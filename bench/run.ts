/** Runs the measurements and prints them, on the machine and engine at hand: `npm run bench`, or `npm run bench load`. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { benchCarry } from "./carry.ts";
import { benchCarryTime } from "./carry-time.ts";
import { benchClean } from "./clean.ts";
import { benchExport } from "./export.ts";
import { benchLoad } from "./load.ts";
import { benchOverhead } from "./overhead.ts";

const blobs = fileURLToPath(new URL("ten-thousand-blobs.ts", import.meta.url));

const benches: Readonly<Record<string, () => AsyncGenerator<string[]>>> = {
	overhead: async function* () {
		yield benchOverhead();
	},
	blobs: async function* () {
		yield [execFileSync(process.execPath, [blobs], { encoding: "utf8" }).trimEnd()];
	},
	export: async function* () {
		yield await benchExport();
	},
	load: benchLoad,
	clean: benchClean,
	carry: async function* () {
		yield await benchCarry();
		yield await benchCarryTime();
	},
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches);
for (const name of names) {
	const bench = benches[name];
	if (bench === undefined)
		throw new Error(`${name} is no bench; there are ${Object.keys(benches).join(", ")}`);
	for await (const lines of bench()) console.log(lines.join("\n"));
}
