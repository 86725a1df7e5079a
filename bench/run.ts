/** Runs the measurements and prints them: `npm run bench`, on the machine and engine at hand. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { benchExport } from "./export.ts";
import { benchOverhead } from "./overhead.ts";

const blobs = fileURLToPath(new URL("ten-thousand-blobs.ts", import.meta.url));
console.log(benchOverhead().join("\n"));
console.log(execFileSync(process.execPath, [blobs], { encoding: "utf8" }).trimEnd());
console.log((await benchExport()).join("\n"));
