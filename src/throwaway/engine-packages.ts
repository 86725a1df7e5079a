import { mkdir, readdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type PackageSet, type Suite, unpackPackages } from "./debian-packages.ts";

/** Everything an engine is run with, unpacked; `notes` tell of what had to be done otherwise than asked. */
export type EnginePackages =
	| {
			readonly ok: true;
			readonly suite: Suite;
			readonly roots: readonly string[];
			readonly notes: readonly string[];
	  }
	| { readonly ok: false; readonly message: string };

/** Newest first. */
const engineSuites: readonly Suite[] = ["sid", "trixie"];
/** Oldest libc first: these serve every suite's engine. */
const toolSuites: readonly Suite[] = ["bookworm", "trixie"];
const tools = ["runc", "busybox-static", "tini"];
const engine = ["docker.io", "docker-cli", "containerd", "docker-buildx"];

/** Packages of the suite's engine; without a suite, of the newest engine that runs on this machine. */
export async function unpackEngine(suite: Suite | undefined): Promise<EnginePackages> {
	const helpers = await unpackFirst(toolSuites, (candidate) => [{ suite: candidate, names: tools }]);
	if (!helpers.ok) return helpers;
	const taken = await unpackFirst(suite === undefined ? engineSuites : [suite], engineSets);
	if (!taken.ok) return taken;
	const roots = [...helpers.roots, ...taken.roots];
	const notes = taken.failures.map((failure) => `engine not taken from ${failure}`);
	return { ok: true, suite: taken.suite, roots, notes };
}

/** Links every program of the packages into one folder, the first of a name winning. */
export async function linkPrograms(roots: readonly string[], binDir: string): Promise<void> {
	await mkdir(binDir, { recursive: true });
	const taken = new Set<string>();
	for (const root of roots) {
		for (const folder of ["usr/sbin", "usr/bin", "sbin", "bin", "usr/libexec/docker/cli-plugins"]) {
			for (const name of await readdir(join(root, folder)).catch(() => [])) {
				// docker-init points at a program of another package, which is in another root here.
				const target = await realpath(join(root, folder, name)).catch(() => undefined);
				if (target === undefined || taken.has(name)) continue;
				taken.add(name);
				await symlink(target, join(binDir, name));
			}
		}
	}
	if (taken.has("tini-static")) await symlink("tini-static", join(binDir, "docker-init"));
}

/** The folders with shared libraries among the packages, for the one daemon that needs them. */
export async function libraryFolders(roots: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	for (const root of roots) {
		for (const folder of ["lib", "usr/lib"]) {
			const names = await readdir(join(root, folder)).catch(() => []);
			found.push(
				...names.filter((name) => name.includes("-linux-gnu")).map((name) => join(root, folder, name)),
			);
		}
	}
	return found;
}

function engineSets(suite: Suite): PackageSet[] {
	if (suite !== "bookworm") return [{ suite, names: engine }];
	// Here the CLI is part of docker.io, there is no buildx, and dockerd is linked to a library that a
	// minimal installation lacks.
	return [
		{ suite, names: ["docker.io", "containerd", "libdevmapper1.02.1"] },
		{ suite: "trixie", names: ["docker-buildx"] },
	];
}

type FirstUnpacked =
	| { readonly ok: true; readonly suite: Suite; readonly roots: string[]; readonly failures: string[] }
	| { readonly ok: false; readonly message: string };

/** Unpacks what `setsOf` names for the first of the suites that has all of it, in a form that runs here. */
async function unpackFirst(
	suites: readonly Suite[],
	setsOf: (suite: Suite) => readonly PackageSet[],
): Promise<FirstUnpacked> {
	const failures: string[] = [];
	for (const suite of suites) {
		const unpacked = await unpackAll(setsOf(suite));
		if (unpacked.ok) return { ok: true, suite, roots: unpacked.roots, failures };
		failures.push(unpacked.message);
	}
	return { ok: false, message: [...new Set(failures)].join("; ") };
}

async function unpackAll(
	sets: readonly PackageSet[],
): Promise<{ ok: true; roots: string[] } | { ok: false; message: string }> {
	const roots: string[] = [];
	for (const set of sets) {
		const unpacked = await unpackPackages(set);
		if (!unpacked.ok) return unpacked;
		roots.push(unpacked.root);
	}
	return { ok: true, roots };
}
