import { readFile } from "node:fs/promises";
import { run } from "./command.ts";

/** One repository that this machine's apt is set up with. */
export interface AptRepository {
	readonly uri: string;
	readonly release: string;
	readonly component: string;
}

const suiteNames = ["stable", "oldstable", "testing", "unstable", "sid", "trixie", "bookworm"];

/**
 * The Debian mirror this machine's apt is set up with, without a trailing slash; undefined when apt is missing or has
 * no Debian sources. A mirror carries every suite, not only the one named in the sources.
 */
export async function debianMirror(): Promise<string | undefined> {
	// Not `indextargets`: that knows nothing on a machine that has never run `apt-get update`.
	const uris = await run("apt-get", ["--print-uris", "update"], { env: { ...process.env, LC_ALL: "C" } });
	if (uris.code !== 0) return undefined;
	const osRelease = await readFile("/etc/os-release", "utf8").catch(() => "");
	return mainMirror(parseRepositories(uris.stdout), codename(osRelease));
}

/** Reads what `apt-get --print-uris update` would fetch: `'URI/dists/RELEASE/COMPONENT/binary-…' …` lines. */
export function parseRepositories(lines: string): AptRepository[] {
	return [...lines.matchAll(/^'(\S+)\/dists\/(\S+?)\/([^/\s]+)\/binary-[^']*'/gm)].map(
		([, uri = "", release = "", component = ""]) => ({ uri, release, component }),
	);
}

/**
 * The mirror of Debian proper among `repositories`. A wrong guess is harmless: nothing gets past the
 * archive's signature.
 */
export function mainMirror(
	repositories: readonly AptRepository[],
	hostCodename: string | undefined,
): string | undefined {
	const releases = new Set([...suiteNames, hostCodename]);
	const main = repositories.find(
		({ uri, release, component }) =>
			component === "main" && releases.has(release) && !uri.includes("security"),
	);
	return main?.uri.replace(/\/+$/, "");
}

function codename(osRelease: string): string | undefined {
	return /^VERSION_CODENAME="?([^"\n]+)/m.exec(osRelease)?.[1];
}
