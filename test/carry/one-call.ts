/** One call of the cache service, as a step makes it: `restore` or `save`, the file that the result is written to, and keys. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { githubCache } from "../../src/runner/cache-service.ts";

const [what = "", result = "", ...keys] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../src/entry/cache-call.ts", import.meta.url));
const service = githubCache(process.env, program);
if (what === "save") {
	mkdirSync(service.staging, { recursive: true });
	writeFileSync(join(service.staging, "file"), keys.join());
}
const came = what === "save" ? await service.save(keys[0] ?? "") : await service.restore(keys);
writeFileSync(result, JSON.stringify(came));
