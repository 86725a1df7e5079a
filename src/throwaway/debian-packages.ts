import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeAptConfiguration } from "./apt-configuration.ts";
import { type CommandResult, lastLines, run } from "./command.ts";
import { debianMirror } from "./debian-mirror.ts";
import { hostLibc, newerLibcNeeded } from "./libc.ts";

/** The Debian suites an engine can be taken from. */
export type Suite = "sid" | "trixie" | "bookworm";

/** Packages of one suite, to be had together. */
export interface PackageSet {
	readonly suite: Suite;
	readonly names: readonly string[];
}

/** `root` holds the packages' files as they would lie under `/`; otherwise one line says what is wrong. */
export type UnpackedPackages =
	| { readonly ok: true; readonly root: string; readonly suite: Suite }
	| { readonly ok: false; readonly message: string };

const unpackingPrefix = ".unpacking-";
const abandonedAfterMs = 3_600_000;

/** Where unpacked packages and built tools are kept from one start to the next. */
export function enginesCache(): string {
	return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "berth-engines");
}

/**
 * Has the packages unpacked in the cache, fetching them on the first call. Nothing is installed, apt's
 * own state is not touched, and the folder appears complete or not at all.
 */
export async function unpackPackages(set: PackageSet, cache = enginesCache()): Promise<UnpackedPackages> {
	const root = join(cache, set.suite, set.names.join("+"));
	if (await isDirectory(root)) return { ok: true, root, suite: set.suite };
	const mirror = await debianMirror();
	if (mirror === undefined) return { ok: false, message: "apt-get is missing or knows no Debian mirror" };
	await mkdir(dirname(root), { recursive: true });
	await removeAbandoned(dirname(root));
	const work = await mkdtemp(join(dirname(root), unpackingPrefix));
	try {
		const message = await fetchInto(work, mirror, set);
		if (message !== undefined) return { ok: false, message: `${set.suite}: ${message}` };
		await renameUnlessThere(join(work, "root"), root);
		return { ok: true, root, suite: set.suite };
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

async function fetchInto(work: string, mirror: string, set: PackageSet): Promise<string | undefined> {
	const configuration = await writeAptConfiguration(work, `${mirror} ${set.suite} main`);
	const debs = join(work, "debs");
	await mkdir(debs);
	const env = { ...process.env, LC_ALL: "C" };
	const update = await run("apt-get", ["-c", configuration, "-q", "update"], { env });
	if (update.code !== 0) return explain("apt-get update", update);
	const download = await run("apt-get", ["-c", configuration, "-q", "download", ...set.names], {
		env,
		cwd: debs,
	});
	if (download.code !== 0) return explain("apt-get download", download);
	const files = (await readdir(debs)).filter((name) => name.endsWith(".deb"));
	return unpackInto(
		join(work, "root"),
		files.map((name) => join(debs, name)),
	);
}

async function unpackInto(root: string, files: readonly string[]): Promise<string | undefined> {
	await mkdir(root);
	for (const file of files) {
		const depends = await run("dpkg-deb", ["-f", file, "Depends"]);
		const tooNew = newerLibcNeeded(depends.stdout, hostLibc());
		if (tooNew !== undefined) return `${basename(file)} needs libc ${tooNew}, newer than this machine's`;
		const unpacked = await run("dpkg-deb", ["-x", file, root]);
		if (unpacked.code !== 0) return explain(`unpacking ${basename(file)}`, unpacked);
	}
	return undefined;
}

function explain(what: string, result: CommandResult): string {
	return `${what} failed: ${lastLines(result.stderr, 2)}`;
}

async function isDirectory(path: string): Promise<boolean> {
	const found = await stat(path).catch(() => undefined);
	return found?.isDirectory() ?? false;
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
	try {
		await rename(from, to);
	} catch (error) {
		// Another process unpacked the same packages meanwhile.
		if (!(await isDirectory(to))) throw error;
	}
}

async function removeAbandoned(parent: string): Promise<void> {
	for (const name of await readdir(parent)) {
		if (!name.startsWith(unpackingPrefix)) continue;
		const path = join(parent, name);
		const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
		if (age > abandonedAfterMs) await rm(path, { recursive: true, force: true });
	}
}
