import type { ListedContainer, ListedImage } from "../engine/upkeep.ts";
import type { Ledger } from "./ledger.ts";
import type { Marks } from "./marks.ts";

/** What an engine had when it was looked at, for plans to be made of. */
export type EngineView = {
	/** All, also those without a name. */
	readonly images: readonly ListedImage[];
	readonly containers: readonly ListedContainer[];
	/** Ids of the containers, of those that don't run, that were made the way container-structure-test makes them. */
	readonly structureTests: ReadonlySet<string>;
	readonly marks: Marks;
	/** Names under the prefixes as they have been seen, now included. */
	readonly ledger: Ledger;
	/** When names were loaded or given, of those within the minimum age or since the oldest running job began. */
	readonly touched: ReadonlyMap<string, number>;
	/** By the engine's clock, as all times here. */
	readonly nowMs: number;
};

/** A thing in the engine that is to be removed. `id` is what the engine calls it, `bytes` what it alone holds. */
export type EngineRemoval = {
	readonly kind: "tag" | "image" | "container" | "volume";
	readonly name: string;
	readonly id: string;
	readonly bytes: number;
	/** Of a container: whether it goes even if it runs. */
	readonly running?: boolean;
};

/** A thing that stays, and why: a clause about it. */
export type EngineKept = {
	readonly kind: EngineRemoval["kind"];
	readonly name: string;
	readonly reason: string;
};

/** What is to be removed from an engine, in this order, and what was looked at and stays. */
export type EnginePlan = {
	readonly removals: readonly EngineRemoval[];
	readonly kept: readonly EngineKept[];
};

/** An id as docker shows it. */
export function short(id: string): string {
	return id.replace(/^sha256:/, "").slice(0, 12);
}
