import type { Engine } from "../engine/engine.ts";

/** The label that everything gets which a structure test makes; its value names the run. */
export const structureTestLabel = "berth.structure-test";

/**
 * Removes what was left under the label: containers, running or not, then the untagged images that were committed from
 * them. An image with a tag stays, whoever gave it that. What could not be removed comes back, a line each.
 */
export async function sweep(engine: Engine, label: string): Promise<readonly string[]> {
	const found = await engine.labelled(label);
	if (found.kind === "refused") return [`what the structure tests left can't be listed: ${found.problem}`];
	const kept: string[] = [];
	for (const id of found.containers) {
		const removed = await engine.removeContainer(id);
		if (removed.kind === "refused") kept.push(`container ${short(id)} is left: ${removed.problem}`);
	}
	return [...kept, ...(await removeImages(engine, found.images))];
}

// An image goes only after all that were committed on top of it, and nothing says which those are.
async function removeImages(engine: Engine, ids: readonly string[]): Promise<string[]> {
	const kept: { readonly id: string; readonly problem: string }[] = [];
	for (const id of ids) {
		const removed = await engine.removeImage(id);
		if (removed.kind === "refused") kept.push({ id, problem: removed.problem });
	}
	if (kept.length > 0 && kept.length < ids.length)
		return removeImages(
			engine,
			kept.map(({ id }) => id),
		);
	return kept.map(({ id, problem }) => `untagged image ${short(id)} is left: ${problem}`);
}

function short(id: string): string {
	return id.replace(/^sha256:/, "").slice(0, 12);
}
