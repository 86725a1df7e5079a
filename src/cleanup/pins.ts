import type { Done, Refusal } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { type Digest, hexOf, isDigest } from "../image/digest.ts";
import { parseReference, type Reference } from "../image/reference.ts";
import { listingPatterns } from "./names.ts";

// No registry has this domain (RFC 6761), so no pin is pulled or pushed by accident.
const root = "berth.invalid/base";
const pinForm = /^berth\.invalid\/base(?:\/([^:]+))?:sha256-([0-9a-f]{64})$/;
// Deeper names would not be found among an engine's images.
const mostComponents = 6;

/** A base image that Berth keeps in the engine. */
export type Pin = {
	readonly reference: string;
	/** Of the image, in full and without a tag; empty where the pin could not carry it. */
	readonly name: string;
	readonly digest: Digest;
	readonly bytes: number;
	/** When a build last used it; undefined if the engine doesn't know. */
	readonly lastUsedMs: number | undefined;
};

/** What becomes of pins. */
export type PinPlan = { readonly released: readonly Pin[]; readonly kept: readonly Pin[] };

/** The name under which a base image is kept: `berth.invalid/base/docker.io/library/alpine:sha256-…`. */
export function pinName({ name, digest }: { readonly name: string; readonly digest: Digest }): Reference {
	// A host's port and capitals have no place in a path.
	const path = name.toLowerCase().replace(":", "_");
	const tag = `sha256-${hexOf(digest)}`;
	const named =
		path.split("/").length > mostComponents ? undefined : parseReference(`${root}/${path}:${tag}`);
	const reference = named ?? parseReference(`${root}:${tag}`);
	if (reference === undefined) throw new Error("a digest makes a tag");
	return reference;
}

/** Whether a name is a pin's, so that nothing but its own age removes it. */
export function isPin(reference: string): boolean {
	return pinForm.test(reference);
}

/** The pins that the engine has. */
export async function listPins(
	upkeep: Pick<Upkeep, "images" | "details">,
): Promise<{ readonly kind: "listed"; readonly items: readonly Pin[] } | Refusal> {
	const listed = await upkeep.images({ references: listingPatterns([root]) });
	if (listed.kind === "refused") return listed;
	const pins: Pin[] = [];
	for (const { tags, bytes } of listed.items)
		for (const reference of tags) {
			const named = asPin(reference);
			if (named === undefined) continue;
			const details = await upkeep.details(reference);
			// Released by another cleanup meanwhile.
			if (details === undefined) continue;
			if ("kind" in details) return details;
			pins.push({ ...named, bytes, lastUsedMs: details.lastTaggedMs });
		}
	return { kind: "listed", items: pins };
}

/** Decides which pins go: those that no build has used for longer than `maxAgeMs`, or nobody knows when. Pure. */
export function planPins(
	pins: readonly Pin[],
	{ maxAgeMs, now }: { readonly maxAgeMs: number; readonly now: Date },
): PinPlan {
	const oldest = now.getTime() - maxAgeMs;
	const isOld = ({ lastUsedMs }: Pin) => lastUsedMs === undefined || lastUsedMs < oldest;
	return { released: pins.filter(isOld), kept: pins.filter((pin) => !isOld(pin)) };
}

/** Takes the pin away; the image goes if it has no other name. One that a container uses is refused, status 409. */
export function releasePin(upkeep: Pick<Upkeep, "untag">, { reference }: Pin): Promise<Done> {
	return upkeep.untag(reference);
}

function asPin(reference: string): Pick<Pin, "reference" | "name" | "digest"> | undefined {
	const [, path = "", hex = ""] = pinForm.exec(reference) ?? [];
	const digest = `sha256:${hex}`;
	const name = path.replace(/^([^/_]+)_(\d+\/)/, "$1:$2");
	return isDigest(digest) ? { reference, name, digest } : undefined;
}
