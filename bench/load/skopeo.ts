import { mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeAptConfiguration } from "../../src/throwaway/apt-configuration.ts";
import { run } from "../../src/throwaway/command.ts";
import { debianMirror } from "../../src/throwaway/debian-mirror.ts";
import { enginesCache } from "../../src/throwaway/debian-packages.ts";
import { libraryFolders } from "../../src/throwaway/engine-packages.ts";

/** The start of a command line that runs skopeo. */
export type Skopeo = readonly string[];

// Bookworm's skopeo speaks an API that engines since 25 refuse. Trixie's wants a newer libc than bookworm has: it gets
// its own, with the loader that belongs to it.
const suite = "trixie";
const packages = ["skopeo", "libc6", "libgpgme11t64", "libassuan9", "libgpg-error0", "libsqlite3-0"];

/** Debian's skopeo, unpacked and kept with the engines' packages; throws when it is not to be had. */
export async function findSkopeo(): Promise<Skopeo> {
	const parent = join(enginesCache(), suite);
	const root = join(parent, "skopeo+libc6");
	if ((await stat(root).catch(() => undefined)) === undefined) await fetchInto(parent, root);
	const libraries = (await libraryFolders([root])).find((folder) => folder.startsWith(join(root, "usr")));
	if (libraries === undefined) throw new Error("skopeo's packages have no libraries");
	const loader = (await readdir(libraries)).find((name) => /^ld-linux/.test(name));
	if (loader === undefined) throw new Error("skopeo's libc has no loader");
	return [join(libraries, loader), "--library-path", libraries, join(root, "usr", "bin", "skopeo")];
}

async function fetchInto(parent: string, root: string): Promise<void> {
	await mkdir(parent, { recursive: true });
	const work = await mkdtemp(join(parent, ".unpacking-"));
	try {
		const apt = await writeAptConfiguration(work, `${await debianMirror()} ${suite} main`);
		const debs = join(work, "debs");
		await mkdir(debs);
		await orThrow("apt-get", ["-c", apt, "-q", "update"], debs);
		await orThrow("apt-get", ["-c", apt, "-q", "download", ...packages], debs);
		for (const deb of await readdir(debs)) await orThrow("dpkg-deb", ["-x", deb, join(work, "root")], debs);
		await rename(join(work, "root"), root);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

async function orThrow(file: string, args: readonly string[], cwd: string): Promise<void> {
	const { code, stderr } = await run(file, args, { cwd });
	if (code !== 0) throw new Error(`${file} ${args.join(" ")} ended with ${code}: ${stderr}`);
}
