import type { ListedContainer } from "../engine/upkeep.ts";
import { parseReference } from "../image/reference.ts";

/** Tells which container was made from a name, in whatever spelling, if any was; its own name. */
export function containerNaming(
	containers: readonly ListedContainer[],
): (reference: string) => string | undefined {
	const naming = new Map(containers.map(({ image, name }) => [parseReference(image) ?? image, name]));
	return (reference) => naming.get(parseReference(reference) ?? reference);
}

/** Why a name stays that a container was made from. */
export function namedReason(container: string | undefined): string | undefined {
	return container === undefined ? undefined : `container ${JSON.stringify(container)} names it`;
}
