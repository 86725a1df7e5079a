/** A process to be killed in tests: starts an engine below the folder it is given and holds on to it. */
import { dirname } from "node:path";
import { startThrowawayEngine } from "../../src/throwaway/engine.ts";

const dir = process.argv[2];
const started = await startThrowawayEngine({ store: "overlay2", ...(dir === undefined ? {} : { dir }) });
if (!started.ok) throw new Error(started.message);
process.stdout.write(`${dirname(started.engine.binDir)}\n`);
setInterval(() => undefined, 60_000);
