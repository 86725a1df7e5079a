import { existsSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { run } from "../../src/throwaway/command.ts";
import { dockerOrThrow } from "../engines/docker.ts";
import type { Scene } from "./scene.ts";

const packages = ["apt", "bash", "coreutils", "dash", "debian-archive-keyring", "libcap2-bin"];
const libraries = ["libapt-pkg6.0", "libc6", "libstdc++6", "libgcc-s1", "libtinfo6", "zlib1g", "libbz2-1.0"];
const theirLibraries = [
	"liblzma5",
	"liblz4-1",
	"libzstd1",
	"libudev1",
	"libsystemd0",
	"libgcrypt20",
	"libcap2",
];
const furtherLibraries = [
	"libgpg-error0",
	"libxxhash0",
	"libselinux1",
	"libpcre2-8-0",
	"libacl1",
	"libattr1",
];

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Makes an image of the machine's own Debian: apt, a shell and what they need, no registry being within reach. */
export async function debianImage(scene: Scene): Promise<string> {
	const all = [...packages, ...libraries, ...theirLibraries, ...furtherLibraries];
	// A package that isn't installed is only left out.
	const { stdout } = await run("dpkg", ["-L", ...all]);
	const files = stdout
		.split("\n")
		.filter((file) => file.startsWith("/") && existsSync(file) && !statSync(file).isDirectory())
		// On a merged /usr some of the packages' own paths lead through links.
		.map((file) => join(realpathSync(dirname(file)), basename(file)).slice(1));
	const others = ["bin", "sbin", "lib", "lib64", "etc/passwd", "etc/group"];
	const list = scene.write("files", [...new Set([...others, ...files])].join("\n"));
	const archive = join(scene.dir, "debian.tar");
	const tarred = await run("tar", ["-C", "/", "-cf", archive, "--no-recursion", "-T", list]);
	if (tarred.code !== 0) throw new Error(`tar ended with ${tarred.code}: ${tarred.stderr}`);
	const changes = ["--change", `ENV ${path}`, "--change", `LABEL ${scene.label}`];
	await dockerOrThrow(scene.engine, ["import", ...changes, archive, scene.name("imported")]);
	rmSync(archive);
	rmSync(list);
	const sources = "RUN echo '# archive.ubuntu.com' > /etc/apt/sources.list";
	return scene.build("debian", `FROM ${scene.name("imported")}`, sources);
}
