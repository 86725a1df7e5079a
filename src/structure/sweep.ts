import { randomBytes } from "node:crypto";
import type { ListedImage, Upkeep } from "../engine/upkeep.ts";

/** The label that everything gets which a structure test makes; its value, from `newRun`, names the run. */
export const structureTestLabel = "berth.structure-test";

/** A run as its label's value tells of it. */
export type RunOwner = {
	/** When it was surely over. */
	readonly untilMs: number;
	/** Who began it, an id of the job's own; `none` where nobody gave one. */
	readonly owner: string;
};

// Reading its report, and clearing away after it, take less.
const aftermathMs = 120_000;

/** Names a new run that may take `timeoutMs`. */
export function newRun(timeoutMs: number, owner = "none"): string {
	const until = Math.ceil((Date.now() + timeoutMs + aftermathMs) / 1000);
	return `${until}.${owner}.${randomBytes(6).toString("hex")}`;
}

/** Reads the name of a run; undefined for what is none. */
export function ownerOfRun(value: string): RunOwner | undefined {
	const [, until, owner] = /^(\d{1,12})\.([^.]+)\.[0-9a-f]{12}$/.exec(value) ?? [];
	return until === undefined || owner === undefined ? undefined : { untilMs: Number(until) * 1000, owner };
}

/**
 * Removes what was left under the label: containers, running or not, then the untagged images that were committed from
 * them. An image with a tag stays, whoever gave it that, and with it those below it. What could not be removed comes
 * back, a line each.
 */
export async function sweep(upkeep: Upkeep, label: string): Promise<readonly string[]> {
	const containers = await upkeep.containers(label);
	if (containers.kind === "refused") return [unlisted(containers.problem)];
	const images = await upkeep.images({ label, all: true });
	if (images.kind === "refused") return [unlisted(images.problem)];
	const left: string[] = [];
	for (const { id } of containers.items) {
		const removed = await upkeep.removeContainer(id, { running: true });
		if (removed.kind === "refused") left.push(`container ${short(id)} is left: ${removed.problem}`);
	}
	for (const { id } of childrenFirst(images.items)) {
		const removed = await upkeep.removeUntagged(id);
		if (removed.kind === "refused") left.push(`untagged image ${short(id)} is left: ${removed.problem}`);
	}
	return left;
}

function unlisted(problem: string): string {
	return `what the structure tests left can't be listed: ${problem}`;
}

/** The untagged of these, each before the one that it was committed from. */
function childrenFirst(images: readonly ListedImage[]): ListedImage[] {
	const parents = new Map(images.map(({ id, parent }) => [id, parent]));
	const depthOf = (id: string): number => {
		const parent = parents.get(id);
		return parent === undefined ? 0 : depthOf(parent) + 1;
	};
	return images
		.filter(({ tags }) => tags.length === 0)
		.toSorted((one, other) => depthOf(other.id) - depthOf(one.id));
}

function short(id: string): string {
	return id.replace(/^sha256:/, "").slice(0, 12);
}
