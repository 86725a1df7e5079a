import { join } from "node:path";

/** Where the program lies that calls the cache service, beside the bundle of an entry in `dir`. */
export function cacheCallBeside(dir: string): string {
	return join(dir, "..", "cache-call", "index.js");
}
