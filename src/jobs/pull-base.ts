import type { BaseImage } from "../build/base-images.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { platformName } from "../image/platform.ts";
import { parseReference, type Reference } from "../image/reference.ts";
import type { RunWatched, Watched } from "../runner/run-watched.ts";

/** What pulling a base image needs. */
export type PullTools = {
	readonly engine: Engine;
	readonly upkeep: Pick<Upkeep, "details" | "untag">;
	readonly runWatched: RunWatched;
};

/** Which base image to pull, under which name to keep it, and at what cost. */
export type PullRequest = {
	readonly base: BaseImage;
	readonly pin: Reference;
	readonly info: EngineInfo;
	/** Whether layers may be downloaded. */
	readonly mayDownload: boolean;
	readonly until: AbortSignal;
};

/** What came of it. */
export type Pulled =
	| { readonly kind: "pinned" | "costly" }
	| { readonly kind: "failed"; readonly reason: string };

/**
 * Pulls a base image by its digest, through the Docker CLI, which knows the user's credentials, and leaves nothing but
 * the pin. Of layers that the engine's builder has pulled the engine has all it needs (28.5, both stores). If it lacks
 * one and may not download it, the pull is ended: the engine then gives up, and soon drops what has come by then.
 */
export async function pullBase(
	{ base, pin, info, mayDownload, until }: PullRequest,
	{ engine, upkeep, runWatched }: PullTools,
): Promise<Pulled> {
	const name = `${base.name}@${base.digest}`;
	const before = await upkeep.details(name);
	const args = ["pull", ...platformOf(base, info), name];
	const ran = await runWatched("docker", args, {
		onLine: (line) => mayDownload || !isDownload(line),
		until,
	});
	const pulled = await upkeep.details(name);
	// A small layer may have come before the pull was ended.
	if (pulled === undefined || "kind" in pulled) return whyNot(ran, until);
	const tagged = await engine.tag(name, pin);
	// A user's own pull of the tag, in the same moment, made the digest theirs.
	const isTheirs = before !== undefined || pulled.tags.some((tag) => isTagOf(tag, base));
	if (!isTheirs) await upkeep.untag(name);
	return tagged.kind === "done" ? { kind: "pinned" } : { kind: "failed", reason: tagged.problem };
}

function platformOf({ platforms }: BaseImage, { platform }: EngineInfo): string[] {
	const [first] = platforms;
	return first === undefined || platforms.includes(platformName(platform)) ? [] : ["--platform", first];
}

// `1764bfc3181e: Pulling fs layer` is said of each layer that isn't there, before anything of it is downloaded.
function isDownload(line: string): boolean {
	return /^[0-9a-f]+: (?:Pulling fs layer|Downloading)/.test(line);
}

function isTagOf(tag: string, { name }: BaseImage): boolean {
	return parseReference(tag)?.startsWith(`${name}:`) === true;
}

function whyNot(ran: Watched, until: AbortSignal): Pulled {
	if (until.aborted) return { kind: "failed", reason: "its registry took too long" };
	if (ran.kind === "ended") return { kind: "costly" };
	if (ran.kind === "not-run") return { kind: "failed", reason: ran.reason };
	const said = ran.stderr.trim().split("\n").at(-1) ?? "";
	return { kind: "failed", reason: said || `docker pull exited with code ${ran.code}` };
}
