import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { which } from "@actions/io";
import { type Downloaded, download } from "./download.ts";
import { usualPatience } from "./transfer.ts";

/** One file that a tool is, as the tool cache orders tools; `version` in plain semver, `arch` as Node says it. */
export type Tool = { readonly name: string; readonly version: string; readonly arch: string };

/** Where a machine's tools are, and how new ones come there. */
export interface ToolCache {
	/** The path of a program on PATH; undefined if it isn't there. */
	onPath(program: string): Promise<string | undefined>;
	/** The path at which a tool is kept, whether it is there or not. */
	placeOf(tool: Tool): string;
	/** Puts a copy of a file in a tool's place, in one step: nobody ever sees half of it. Returns the place. */
	keep(file: string, tool: Tool): Promise<string>;
	/** Downloads a file, through the environment's proxy, with bounded patience. */
	download(url: string, to: string): Promise<Downloaded>;
	/** Lends an empty temporary directory and removes it after. */
	withTempDir<Result>(use: (dir: string) => Promise<Result>): Promise<Result>;
}

/** The runner's tool cache and temporary directory; elsewhere the user's own. */
export function openToolCache(env: NodeJS.ProcessEnv, patience = usualPatience): ToolCache {
	const root = env["RUNNER_TOOL_CACHE"] || ownRoot(env);
	const placeOf = (tool: Tool) => join(root, tool.name, tool.version, tool.arch, tool.name);
	return {
		onPath: async (program) => (await which(program)) || undefined,
		placeOf,
		keep: async (file, tool) => {
			await putInPlace(file, placeOf(tool));
			// So that tool-cache's own `find` knows the tool, too.
			await writeFile(join(root, tool.name, tool.version, `${tool.arch}.complete`), "");
			return placeOf(tool);
		},
		download: (url, to) => download(url, to, patience),
		withTempDir: async (use) => {
			const dir = await mkdtemp(join(env["RUNNER_TEMP"] || tmpdir(), "berth-tool-"));
			try {
				return await use(dir);
			} finally {
				await rm(dir, { recursive: true, force: true });
			}
		},
	};
}

// Not tool-cache's cacheFile: it empties the place first, under the feet of another job that runs the tool from it.
async function putInPlace(file: string, place: string): Promise<void> {
	const dir = join(place, "..");
	await mkdir(dir, { recursive: true });
	const work = await mkdtemp(join(dir, ".new-"));
	try {
		const copy = join(work, "tool");
		await copyFile(file, copy);
		await rename(copy, place);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

function ownRoot(env: NodeJS.ProcessEnv): string {
	const base = env["XDG_CACHE_HOME"];
	// The XDG base directory specification: a relative path there is to be ignored.
	return join(base !== undefined && isAbsolute(base) ? base : join(homedir(), ".cache"), "berth-tools");
}
