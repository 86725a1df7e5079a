import type { ContainerCommand, ListedContainer, ListedImage } from "../engine/upkeep.ts";
import { type EngineRemoval, type EngineView, short } from "./view.ts";

/** What of the leavings of killed structure tests is to go. */
export type LeavingsRules = {
	/** Whether to look for any. */
	readonly orphans: boolean;
	/** The key of the label that Berth's own tests put on all they make, and what its values say. */
	readonly label: string;
	readonly runOf: (value: string) => { readonly untilMs: number; readonly owner: string } | undefined;
	/** The marks of the job that cleans up after itself. */
	readonly owners: ReadonlySet<string>;
	/** When others' tests, which bear no label, must have made something for it to go: between these, inclusive. */
	readonly unlabelled: { readonly fromMs: number; readonly toMs: number } | undefined;
};

/**
 * Whether a container was made the way container-structure-test makes them (pkg/drivers/docker_driver.go): with a command
 * that stands for none; or with its output attached, no entrypoint, and none of the settings that the docker CLI always
 * sends, be they empty (tried on 28.5).
 */
export function isStructureTest({ entrypoint, command, attached, bare }: ContainerCommand): boolean {
	if (command?.length === 1 && command[0] === "NOOP_COMMAND_DO_NOT_RUN") return true;
	return attached && bare && command !== null && (entrypoint ?? []).every((each) => each === "");
}

/** The containers of killed tests: Berth's by their label, others' if they are dead and upon images that are to go. */
export function leftContainers(
	view: EngineView,
	rules: LeavingsRules,
	roots: ReadonlySet<string>,
): EngineRemoval[] {
	if (!rules.orphans) return [];
	const upon = descendants(view.images, roots);
	// A container has its image's labels, too: one upon a commit that somebody named is theirs.
	const inherits = new Set(
		view.images.filter((image) => image.tags.length > 0 && image.labels[rules.label]).map(({ id }) => id),
	);
	return view.containers.flatMap((container) => {
		const { id, name, imageId } = container;
		const labelled = isLabelledOrphan(container, view, rules) && !inherits.has(imageId);
		const left = isLeftByOthers(container, view, rules) && (roots.has(imageId) || upon.has(imageId));
		if (!labelled && !left) return [];
		return [{ kind: "container" as const, name: name || short(id), id, bytes: 0, running: labelled }];
	});
}

/** The untagged commits of killed tests, those that others build upon last. */
export function leftImages(
	view: EngineView,
	rules: LeavingsRules,
	roots: ReadonlySet<string>,
): EngineRemoval[] {
	if (!rules.orphans) return [];
	const used = new Set(view.containers.map(({ imageId }) => imageId));
	const upon = descendants(view.images, roots);
	const going = view.images.filter(
		(image) =>
			isNameless(image) &&
			!used.has(image.id) &&
			(isLabelledOrphan(image, view, rules) || (upon.has(image.id) && isTimely(image, rules))),
	);
	const parents = new Map(view.images.map(({ id, parent }) => [id, parent]));
	return withoutStayingChildren(going, view.images)
		.map(({ id, bytes, sharedBytes }) => ({
			id,
			depth: depthOf(id, parents),
			own: bytes - (sharedBytes ?? bytes),
		}))
		.toSorted((one, other) => other.depth - one.depth)
		.map(({ id, own }) => ({ kind: "image", name: short(id), id, bytes: Math.max(0, own) }));
}

// One that another image builds upon is refused by the engine, and may be somebody's by that.
function withoutStayingChildren(
	going: readonly ListedImage[],
	all: readonly ListedImage[],
): readonly ListedImage[] {
	const ids = new Set(going.map(({ id }) => id));
	const needed = new Set(all.filter(({ id }) => !ids.has(id)).map(({ parent }) => parent));
	const left = going.filter(({ id }) => !needed.has(id));
	return left.length === going.length ? left : withoutStayingChildren(left, all);
}

function isNameless({ tags, digests }: ListedImage): boolean {
	return tags.length === 0 && digests.length === 0;
}

function isLabelledOrphan(
	{ labels }: { readonly labels: Readonly<Record<string, string>> },
	{ marks, nowMs }: EngineView,
	{ label, runOf, owners }: LeavingsRules,
): boolean {
	const value = labels[label];
	const run = value === undefined ? undefined : runOf(value);
	if (run === undefined) return false;
	return run.untilMs < nowMs || owners.has(run.owner) || marks.dead.some(({ id }) => id === run.owner);
}

function isLeftByOthers(container: ListedContainer, view: EngineView, rules: LeavingsRules): boolean {
	const isDead = ["created", "exited", "dead"].includes(container.state);
	return isDead && view.structureTests.has(container.id) && isTimely(container, rules);
}

function isTimely({ createdMs }: { readonly createdMs: number }, { unlabelled }: LeavingsRules): boolean {
	return unlabelled !== undefined && createdMs >= unlabelled.fromMs && createdMs <= unlabelled.toMs;
}

/** The nameless images that were committed upon these, directly or not. */
function descendants(images: readonly ListedImage[], roots: ReadonlySet<string>): ReadonlySet<string> {
	const nameless = images.filter(isNameless);
	const found = new Set<string>();
	for (let before = -1; before !== found.size; ) {
		before = found.size;
		for (const { id, parent } of nameless) if (roots.has(parent) || found.has(parent)) found.add(id);
	}
	return found;
}

function depthOf(id: string, parents: ReadonlyMap<string, string>): number {
	let depth = 0;
	// Bounded, as what an engine says might go round in circles.
	for (let at = parents.get(id); at !== undefined && depth < parents.size; at = parents.get(at)) depth += 1;
	return depth;
}
