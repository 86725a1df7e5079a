import { readCurrent } from "./current.ts";
import { type CacheFailure, orFailure } from "./failure.ts";
import { type LiveSet, readLayout } from "./layout.ts";
import { encodeName } from "./name.ts";
import { paths } from "./paths.ts";
import { checkRoot } from "./root.ts";

/** A berth's generation in force: its directory, which a neighbour may retire at any time, and the blobs that it reaches. */
export type InForce = { readonly dir: string; readonly live: LiveSet };

/** Looks what is in force; undefined where nothing whole is. */
export function generationInForce(root: string, name: string): InForce | undefined | CacheFailure {
	const check = checkRoot(root);
	if (check.kind === "unusable") return { kind: "failed", problem: check.problem };
	if (check.kind === "missing") return undefined;
	return orFailure(root, () => {
		const berth = encodeName(name);
		const id = readCurrent(root, berth);
		if (id === undefined) return undefined;
		const dir = paths.generation(root, berth, id);
		const layout = readLayout(dir);
		return layout.kind === "whole" ? { dir, live: layout.live } : undefined;
	});
}
