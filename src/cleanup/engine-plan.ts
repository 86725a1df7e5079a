import type { ListedImage } from "../engine/upkeep.ts";
import { type LeavingsRules, leftContainers, leftImages } from "./leavings.ts";
import { containerNaming, namedReason } from "./naming.ts";
import { judgeTag, type TagRules } from "./tag-rules.ts";
import type { EnginePlan, EngineRemoval, EngineView } from "./view.ts";

/** What of an engine is to go: names, and what structure tests left. */
export type EngineRules = TagRules & LeavingsRules;

/**
 * Plans what goes: the leavings of structure tests first, as they hold the images under test; then names, none that a
 * container names that stays. Pure.
 */
export function planEngine(view: EngineView, rules: EngineRules): EnginePlan {
	const judged = judgeAll(view, rules);
	const wanted = judged.filter(({ verdict }) => verdict.goes);
	const roots = new Set(wanted.map(({ image }) => image.id));
	const containers = leftContainers(view, rules, roots);
	const staying = view.containers.filter(({ id }) => !containers.some((each) => each.id === id));
	const images = leftImages({ ...view, containers: staying }, rules, roots);
	const naming = containerNaming(staying);
	const holding = parentsOfStaying(view, images);
	// Without its name an image that others were made from would be left, and nobody would know whose it is.
	const held = ({ name, image }: Tagged) =>
		namedReason(naming(name)) ??
		(holding.has(image.id) && image.tags.length === 1
			? "an image without a name was made from it, and stays"
			: undefined);
	const kept = judged.flatMap((tagged) => {
		const { name, verdict } = tagged;
		const reason = verdict.goes ? held(tagged) : verdict.reason;
		return reason ? [{ kind: "tag" as const, name, reason }] : [];
	});
	const going = wanted.filter((tagged) => held(tagged) === undefined);
	return { removals: [...containers, ...images, ...tagRemovals(going)], kept };
}

function parentsOfStaying({ images }: EngineView, going: readonly EngineRemoval[]): ReadonlySet<string> {
	const gone = new Set(going.map(({ id }) => id));
	const staying = images.filter((image) => image.tags.length === 0 && !gone.has(image.id));
	return new Set(staying.map(({ parent }) => parent).filter((parent) => parent !== ""));
}

type Tagged = { readonly name: string; readonly image: ListedImage };

function judgeAll(view: EngineView, rules: EngineRules) {
	return view.images
		.flatMap((image) => image.tags.filter(rules.isOurs).map((name): Tagged => ({ name, image })))
		.map((tagged) => ({ ...tagged, verdict: judgeTag(tagged.name, view, rules) }));
}

// An image's bytes come free with the last of its names.
function tagRemovals(going: readonly Tagged[]): EngineRemoval[] {
	const left = new Map(going.map(({ image }) => [image.id, image.tags.length]));
	return going.map(({ name, image }) => {
		const others = (left.get(image.id) ?? 0) - 1;
		left.set(image.id, others);
		return { kind: "tag", name, id: image.id, bytes: others === 0 ? ownBytes(image) : 0 };
	});
}

/** The bytes that no other image has. */
export function ownBytes({ bytes, sharedBytes = 0 }: ListedImage): number {
	return Math.max(0, bytes - Math.max(0, sharedBytes));
}
