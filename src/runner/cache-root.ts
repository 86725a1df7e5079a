import { isAbsolute, join, relative, resolve } from "node:path";
import type { InputReader } from "./input-reader.ts";
import { attributes } from "./lists.ts";

/** Where the berths lie: the input, else the runner's environment; absolute, empty if it can't be told. */
export function readCacheRoot(reader: InputReader, env: NodeJS.ProcessEnv): string {
	const asked = reader.text("cache-root") ?? (env["BERTH_CACHE_ROOT"]?.trim() || undefined);
	const path = asked ?? defaultRoot(env);
	if (path.includes("\0")) {
		reader.problem("cache-root", "BERTH_CACHE_ROOT contains a NUL character; allowed: text without it");
		return "";
	}
	if (!path.startsWith("~")) return resolve(workingDirectory(env), path);
	if (path !== "~" && !path.startsWith("~/")) {
		reader.refuse("cache-root", path, "a path, with no ~ but a leading ~/ for one's own home");
		return "";
	}
	const home = env["HOME"];
	if (home === undefined || !isAbsolute(home)) {
		reader.refuse("cache-root", path, "an absolute path, as HOME isn't set to one", "needs HOME");
		return "";
	}
	return join(home, path.slice(1));
}

/** The path of a local cache or output entry if it lies at or under `root`; links are not followed. */
export function localPathInside(root: string, entry: string, env: NodeJS.ProcessEnv): string | undefined {
	const attrs = attributes(entry);
	if (root === "" || attrs === undefined) return undefined;
	const path = attrs.get("type") === "local" ? (attrs.get("src") ?? attrs.get("dest")) : undefined;
	if (path === undefined) return undefined;
	const inside = relative(root, resolve(workingDirectory(env), path));
	return inside === ".." || inside.startsWith("../") || isAbsolute(inside) ? undefined : path;
}

function defaultRoot(env: NodeJS.ProcessEnv): string {
	const base = env["XDG_CACHE_HOME"];
	// The XDG base directory specification: a relative path there is to be ignored.
	return join(base !== undefined && isAbsolute(base) ? base : "~/.cache", "berth");
}

function workingDirectory(env: NodeJS.ProcessEnv): string {
	return env["GITHUB_WORKSPACE"] || process.cwd();
}
