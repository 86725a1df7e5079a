import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, chmod, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Tool, ToolCache } from "../runner/tool-cache.ts";
import { pinnedRelease, platformOf } from "./release.ts";

/** Where the binary is, or one line on why there is none and what to do. */
export type FoundBinary =
	| { readonly kind: "found"; readonly path: string }
	| { readonly kind: "none"; readonly problem: string };

/** What the search may use; `release` and `machine` are the pinned one and this one unless given. */
export type Tools = {
	readonly cache: ToolCache;
	readonly release?: typeof pinnedRelease;
	readonly machine?: { readonly platform: string; readonly arch: string };
};

const program = "container-structure-test";
const remedy = `put ${program} on PATH, or give structure-test its path`;

/**
 * Finds container-structure-test: the given path, else the one on PATH, else the pinned release from the tool cache,
 * where it is downloaded to if need be. A release's file is used only if its SHA-256 is right, each time anew.
 */
export async function findStructureTest(given: string | undefined, tools: Tools): Promise<FoundBinary> {
	if (given !== undefined) return checkGiven(given);
	const onPath = await tools.cache.onPath(program);
	return onPath === undefined ? fromRelease(tools) : { kind: "found", path: onPath };
}

async function checkGiven(given: string): Promise<FoundBinary> {
	const path = resolve(given);
	const objection = await objectionTo(path);
	if (objection === undefined) return { kind: "found", path };
	const advice = `give the path of a ${program} binary, or nothing to have one found or downloaded`;
	return none(`${JSON.stringify(given)} ${objection}; ${advice}`);
}

async function objectionTo(path: string): Promise<string | undefined> {
	try {
		if (!(await stat(path)).isFile()) return "isn't a file";
		await access(path, constants.X_OK);
		return undefined;
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT" || code === "ENOTDIR") return "doesn't exist";
		return code === "EACCES" ? "isn't executable for this user" : `can't be used (${code})`;
	}
}

async function fromRelease(tools: Tools): Promise<FoundBinary> {
	const { cache, release = pinnedRelease, machine = process } = tools;
	const platform = platformOf(machine);
	const sha256 = release.sha256[platform];
	if (sha256 === undefined) {
		const known = Object.keys(release.sha256).join(", ");
		return none(`${program} is downloaded for ${known}, but this is ${platform}; ${remedy}`);
	}
	const tool = { name: program, version: release.version, arch: machine.arch };
	if (await isFit(cache.placeOf(tool), sha256)) return { kind: "found", path: cache.placeOf(tool) };
	try {
		return await cache.withTempDir((dir) =>
			fetchInto(join(dir, program), { cache, tool, sha256, url: release.urlOf(platform) }),
		);
	} catch (error) {
		// The disk's or the permissions' fault: a file that can't be written or moved.
		if (codeOf(error) === undefined || !(error instanceof Error)) throw error;
		return none(`${program} couldn't be put into the tool cache: ${error.message}; ${remedy}`);
	}
}

type Wanted = {
	readonly cache: ToolCache;
	readonly tool: Tool;
	readonly sha256: string;
	readonly url: string;
};

async function fetchInto(file: string, { cache, tool, sha256, url }: Wanted): Promise<FoundBinary> {
	const what = `${program} ${tool.version}`;
	const result = await cache.download(url, file);
	if (result.kind === "failed") {
		return none(`${what} couldn't be downloaded from ${url}: ${result.reason}; ${remedy}`);
	}
	const got = await sha256Of(file);
	if (got !== sha256) {
		return none(`what came from ${url} isn't ${what}: its SHA-256 is ${got}, not ${sha256}; ${remedy}`);
	}
	await chmod(file, 0o755);
	return { kind: "found", path: await cache.keep(file, tool) };
}

async function isFit(file: string, sha256: string): Promise<boolean> {
	return (await objectionTo(file)) === undefined && (await sha256Of(file).catch(codeOf)) === sha256;
}

async function sha256Of(file: string): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file), hash);
	return hash.digest("hex");
}

function none(problem: string): FoundBinary {
	return { kind: "none", problem: `structure-test: ${problem}` };
}

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
