import { join } from "node:path";
import type { BerthDir } from "./name.ts";
import { paths } from "./paths.ts";

/** What tidying a root can remove. */
export type RemovalKind = "generation" | "clone" | "berth";

/** One thing that is to go, and why: a clause. Plain data. */
export type Removal = {
	readonly kind: RemovalKind;
	/** The container name that it is of. */
	readonly name: string;
	readonly berth: BerthDir;
	/** Which generation or clone: its entry there. */
	readonly id?: string;
	readonly reason: string;
	/** Of a berth, the last use noted there, by which it was judged. */
	readonly notedUseMs?: number;
};

/** A file that goes untold, being small: under `jobs/`, or in a berth. */
export type Litter = { readonly berth?: BerthDir; readonly entry: string };

/** One thing that was removed from the cache root: the container name it was of, and the bytes of disk that came free. */
export type Removed = {
	readonly kind: RemovalKind;
	readonly name: string;
	/** Which generation or clone. */
	readonly id?: string;
	readonly bytes: number;
};

/** One thing that stays though it would have to go, or what could not be removed, and why: a clause. */
export type Kept = Omit<Removed, "bytes"> & { readonly reason: string };

/** Where a thing lies. */
export function pathOf(root: string, { kind, berth, id = "" }: Removal): string {
	if (kind === "berth") return paths.berth(root, berth);
	return join(kind === "clone" ? paths.clones(root, berth) : paths.generations(root, berth), id);
}
