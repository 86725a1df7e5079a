/** What loading takes, against `docker load`, `skopeo copy` and the probing of rules_docker's script, on both image stores. */
import { benchCold } from "./load/cold.ts";
import type { Packing } from "./load/layers.ts";
import { benchMany } from "./load/many.ts";
import { benchMemory } from "./load/memory.ts";
import { benchSmallChange } from "./load/small-change.ts";
import type { Store } from "./load/surroundings.ts";

const stores: readonly Store[] = ["overlay2", "containerd"];
const packings: readonly Packing[] = ["tar", "tar+gzip"];
const each = stores.flatMap((store) => packings.map((packing) => ({ store, packing })));

/** Measures one thing after the other; each takes minutes, so its lines come as soon as it is done. */
export async function* benchLoad(): AsyncGenerator<string[]> {
	for (const { store, packing } of each) yield await benchSmallChange(store, packing);
	for (const { store, packing } of each) yield await benchCold(store, packing);
	for (const { store, packing } of each) yield await benchMany(store, packing);
	for (const store of stores) yield await benchMemory(store);
}
