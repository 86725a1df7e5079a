import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	realpathSync,
	statfsSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { errnoOf, readSmall, statOf, unless } from "./files.ts";
import { paths } from "./paths.ts";

/** Whether a directory can serve as cache root; a problem is one line that says what to do. */
export type RootCheck = { readonly kind: "ready"; readonly remarks: readonly string[] } | Unusable;

type Unusable = { readonly kind: "unusable"; readonly problem: string };

// The signature and wording of bford.info/cachedir's convention, by which backup programs leave caches out.
const cacheTag =
	"Signature: 8a477f597d28d172789f06886806bc55\n# BuildKit caches kept by Berth; safe to delete when no job runs.\n";

const tmpfsMagic = 0x01021994;
const ramfsMagic = 0x858458f6;

/** Makes a cache root ready: creates it if need be, refuses one that is a link, a file, or another user's. */
export function prepareRoot(root: string): RootCheck {
	const check = checkRoot(root);
	if (check.kind === "unusable") return check;
	try {
		makeDirectory(root);
		accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
		for (const dir of [paths.jobs(root), paths.berths(root)]) mkdirSync(dir, { recursive: true });
		writeTag(paths.tag(root));
		return { kind: "ready", remarks: remarksOn(root) };
	} catch (error) {
		return unusable(root, describe(error));
	}
}

/** Whether a root is there, to be looked at or tidied; refuses what `prepareRoot` refuses, and writes nothing. */
export function checkRoot(root: string): { readonly kind: "there" | "missing" } | Unusable {
	try {
		const problem = problemWith(root);
		if (problem !== undefined) return unusable(root, problem);
		if (statOf(root) === undefined) return { kind: "missing" };
		for (const dir of [paths.jobs(root), paths.berths(root)]) {
			const stat = statOf(dir);
			if (stat !== undefined && !stat.isDirectory()) return unusable(dir, "is not a directory; remove it");
		}
		return { kind: "there" };
	} catch (error) {
		return unusable(root, describe(error));
	}
}

/** What an error in the cache means to the user, with what to do about it. */
export function describe(error: unknown): string {
	const advice: Readonly<Record<string, string>> = {
		EACCES: `is not permitted to uid ${process.geteuid?.()}; make it writable, or set cache-root to a directory that is`,
		EPERM: `is not permitted to uid ${process.geteuid?.()}; make it writable, or set cache-root to a directory that is`,
		ENOENT: "can't be made there; set cache-root to a directory on a disk",
		EROFS: "lies on a read-only file system; set cache-root to a directory that can be written",
		ENOSPC: "lies on a full disk; free some space, or set cache-max-size so that Berth does",
		EDQUOT: "is over its disk quota; free some space, or set cache-max-size so that Berth does",
		ENOTDIR: "has a file where a directory should be; remove it, or set cache-root elsewhere",
		ENAMETOOLONG: "is too long a path; set cache-root to a shorter one",
		EIO: "can't be read or written, the disk reports errors; set cache-root to a healthy disk",
	};
	const code = errnoOf(error);
	// A bug of ours must not fail a build that needs no cache.
	if (code === undefined)
		return `stopped being used by an error of Berth's own, please report it: ${String(error)}`;
	return advice[code] ?? `can't be used (${code}); set cache-root elsewhere`;
}

function problemWith(root: string): string | undefined {
	const stat = statOf(root);
	if (stat === undefined) return undefined;
	if (stat.isSymbolicLink()) return `is a symbolic link; name the directory itself${target(root)}`;
	if (!stat.isDirectory()) return "is not a directory; remove it, or set cache-root elsewhere";
	const uid = process.geteuid?.();
	// Whoever owns the directory could swap what is in it for links while we work; only root may be trusted with that.
	if (uid === undefined || stat.uid === uid || stat.uid === 0) return undefined;
	return `belongs to uid ${stat.uid}, not to uid ${uid} that runs this job; set cache-root to a directory of its own`;
}

// One level at a time: Node's recursive mkdir loops for ever where mkdir says ENOENT below a directory that is there, as
// it does on /proc, and says ENOENT of a read-only file system, too.
function makeDirectory(path: string): void {
	if (existsSync(path)) return;
	makeDirectory(dirname(path));
	unless(["EEXIST"], () => mkdirSync(path, { mode: 0o700 }));
}

// A process killed here leaves a part of it, which is as good as none to the programs that look for it.
function writeTag(path: string): void {
	const text = statOf(path) === undefined ? "" : readSmall(path, cacheTag.length);
	if (text === undefined || text === cacheTag || !cacheTag.startsWith(text)) return;
	unless(["EACCES", "EPERM"], () => writeFileSync(path, cacheTag));
}

function target(root: string): string {
	try {
		return `, ${JSON.stringify(realpathSync(root))}`;
	} catch {
		return "";
	}
}

function remarksOn(root: string): string[] {
	const { type } = statfsSync(root);
	if (type !== tmpfsMagic && type !== ramfsMagic) return [];
	return [
		`cache-root: ${JSON.stringify(root)} lies in memory, not on a disk: the cache takes memory from the build and is gone after a restart; set cache-root to a directory on a disk`,
	];
}

function unusable(path: string, problem: string): Unusable {
	return { kind: "unusable", problem: `cache-root: ${JSON.stringify(path)} ${problem}` };
}
