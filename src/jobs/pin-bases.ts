import type { BaseImage } from "../build/base-images.ts";
import type { CleanupInputs } from "../cleanup/inputs.ts";
import { pinName } from "../cleanup/pins.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { asPlatform } from "../image/descriptor.ts";
import type { Digest } from "../image/digest.ts";
import { isDigest } from "../image/digest.ts";
import { chainIds } from "../image/image.ts";
import { nameContent } from "../image/name-content.ts";
import { familiar, parseReference, type Reference } from "../image/reference.ts";
import type { Log } from "../runner/log.ts";
import { inParallel } from "./in-parallel.ts";
import { type Pulled, type PullTools, pullBase } from "./pull-base.ts";

/** What pinning works with. */
export type PinTools = PullTools & { readonly log: Log };

/** Where the base images were used, and what keeping them may cost. */
export type PinRequest = {
	readonly keep: CleanupInputs["keepBases"];
	/** The engine that the image was built in, or loaded into. */
	readonly info: EngineInfo;
	/** Whether the engine's own builder built it. */
	readonly ownBuilder: boolean;
};

const atOnce = 4;
const mostMs = { free: 60_000, pull: 10 * 60_000 } as const;
// What an engine may take to answer after a pull was ended, and to tidy up.
const graceMs = 30_000;

/**
 * Keeps the base images of a build in the engine, under names of Berth's own, so that no prune makes anyone download
 * them again; of those that are kept already it is noted that they were used. Resolves with the names; what can't be
 * kept is a line in the log, never a failure.
 */
export async function pinBases(
	bases: readonly BaseImage[],
	{ keep, info, ownBuilder }: PinRequest,
	tools: PinTools,
): Promise<readonly Reference[]> {
	if (keep === "off") return [];
	const until = AbortSignal.timeout(mostMs[keep]);
	const late = AbortSignal.timeout(mostMs[keep] + graceMs);
	const pins = await inParallel(bases, atOnce, async (base) => {
		const pinning = { base, pin: pinName(base), keep, info, ownBuilder, until };
		const pinned = await inTime(pinOne(pinning, tools), late);
		tell(pinned, pinning, tools.log);
		return pinned.kind === "pinned" || pinned.kind === "known" ? [pinning.pin] : [];
	});
	return pins.flat();
}

type Pinning = PinRequest & {
	readonly base: BaseImage;
	readonly pin: Reference;
	readonly until: AbortSignal;
};

/** How it went; `known`: the pin was there already. */
type Pinned = Pulled | { readonly kind: "known" };

async function pinOne(pinning: Pinning, tools: PinTools): Promise<Pinned> {
	const { pin, keep, info, ownBuilder } = pinning;
	const known = await tools.upkeep.details(pin);
	if (known !== undefined && "kind" in known) return { kind: "failed", reason: known.problem };
	if (known !== undefined && (await touch(pinning, tools))) return { kind: "known" };
	const here = info.store === "containerd" ? await nameHere(pinning, tools) : await tagHere(pinning, tools);
	if (here !== undefined) return here;
	const mayDownload = keep === "pull";
	return ownBuilder || mayDownload ? pullBase({ ...pinning, mayDownload }, tools) : { kind: "costly" };
}

// A pin's last use is when the engine last saw it named. The containerd store takes no notice of a tag that is there
// already, only of an upload; the graph driver does (28.5).
async function touch({ pin, base, info }: Pinning, { engine }: PinTools): Promise<boolean> {
	if (info.store === "graph-driver") return (await engine.tag(pin, pin)).kind === "done";
	await nameContent(engine, contentOf(base, pin, info));
	return true;
}

/** Tags what the containerd store has of it, or says why not; undefined if it must be pulled. */
async function nameHere(
	{ base, pin, info, keep }: Pinning,
	{ engine }: PinTools,
): Promise<Pinned | undefined> {
	const named = await nameContent(engine, contentOf(base, pin, info));
	if (named.kind === "named") return { kind: "pinned" };
	if (named.kind === "failed") return named;
	if (named.kind === "lacking") return keep === "pull" ? undefined : { kind: "costly" };
	const image = await engine.image(base.digest);
	if (image.kind !== "found" || image.image.manifests?.some(({ available }) => available) === false)
		return undefined;
	return (await engine.tag(image.image.id, pin)).kind === "done" ? { kind: "pinned" } : undefined;
}

function contentOf({ digest, platforms }: BaseImage, reference: Reference, { platform }: EngineInfo) {
	const wanted = platforms.flatMap((each) => {
		const [os, architecture, variant] = each.split("/");
		return asPlatform({ os, architecture, variant }) ?? [];
	});
	return { digest, reference, platforms: wanted.length > 0 ? wanted : [platform] };
}

/** Tags the image that the graph driver has, by the name that it was pulled by or by the layers that it consists of. */
async function tagHere({ base, pin }: Pinning, { engine, upkeep }: PinTools): Promise<Pinned | undefined> {
	const names = [
		`${base.name}@${base.digest}`,
		...(base.tag === undefined ? [] : [`${base.name}:${base.tag}`]),
	];
	for (const name of names) {
		const found = await upkeep.details(name);
		if (found === undefined || "kind" in found) continue;
		if (!name.includes("@") && topOf(found.layers) !== base.digest) continue;
		return (await engine.tag(found.id, pin)).kind === "done" ? { kind: "pinned" } : undefined;
	}
	return undefined;
}

function topOf(layers: readonly string[]): Digest | undefined {
	return layers.every(isDigest) ? chainIds(layers).at(-1) : undefined;
}

function inTime(pinning: Promise<Pinned>, late: AbortSignal): Promise<Pinned> {
	const tooLate = new Promise<Pinned>((resolve) => {
		late.addEventListener("abort", () => resolve({ kind: "failed", reason: "the engine took too long" }));
	});
	return Promise.race([pinning, tooLate]);
}

function tell(pinned: Pinned, { base, keep }: Pinning, log: Log): void {
	const name = shown(base);
	if ("reason" in pinned) {
		const line = `the base image ${name} can't be kept in the engine: ${pinned.reason}`;
		if (keep === "pull") log.warning(line);
		else log.debug(line);
	} else if (pinned.kind === "pinned") log.info(`The base image ${name} is kept in the engine from now on`);
	else if (pinned.kind === "known") log.debug(`The base image ${name} is kept in the engine already`);
	else log.debug(`The base image ${name} is not kept in the engine: it would have to be downloaded`);
}

function shown({ name, tag, digest }: BaseImage): string {
	const reference = parseReference(`${name}:${tag ?? "latest"}`);
	return tag === undefined || reference === undefined ? `${name}@${digest}` : familiar(reference);
}
