import { createHash } from "node:crypto";
import type { Digest } from "../image/digest.ts";

/** A container name in a key of the cache service: 16 hex digits, since a key may have no comma and 512 characters. */
export type NameHash = string & { readonly __brand: "NameHash" };

/** A generation in a key: 16 hex digits of its `index.json`'s SHA-256, which changes whenever its content does. */
export type GenerationHash = string & { readonly __brand: "GenerationHash" };

/** A pack's name: 12 hex digits. */
export type PackId = string & { readonly __brand: "PackId" };

/** What a key of ours says: an entry names all that it refers to, so that a listing of keys tells what is dead. */
export type CarryKey =
	| {
			readonly kind: "manifest";
			readonly name: NameHash;
			readonly generation: GenerationHash;
			readonly packs: readonly PackId[];
	  }
	| { readonly kind: "pack"; readonly name: NameHash; readonly pack: PackId };

/** How many packs a manifest may refer to; its key then has 248 characters of the service's 512. */
export const mostPacks = 16;

const manifestPattern = /^berth1-([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{12}(?:\.[0-9a-f]{12})*)$/;
const packPattern = /^berth1p-([0-9a-f]{16})-([0-9a-f]{12})$/;

/** Names a container name. */
export function nameHashOf(name: string): NameHash {
	return sha256(name).slice(0, 16) as NameHash;
}

/** Names a generation by the bytes of its `index.json`. */
export function generationHashOf(index: Buffer): GenerationHash {
	return sha256(index).slice(0, 16) as GenerationHash;
}

/**
 * Names a pack by what is in it, so that two jobs that make the same pack upload it once. `attempt` makes another name
 * for the same blobs: entries can't be replaced, so one that proved broken would be in the way for ever.
 */
export function packIdOf(blobs: Iterable<Digest>, attempt = 0): PackId {
	const salt = attempt === 0 ? [] : [`again ${attempt}`];
	return sha256([...[...blobs].sort(), ...salt].join("\n")).slice(0, 12) as PackId;
}

/** Whether an untrusted value is a pack's name; nothing becomes a folder's path before it has passed here. */
export function isPackId(value: unknown): value is PackId {
	return typeof value === "string" && /^[0-9a-f]{12}$/.test(value);
}

/** The key of a generation's manifest. */
export function manifestKey(name: NameHash, generation: GenerationHash, packs: readonly PackId[]): string {
	return `${manifestPrefix(name)}${generation}-${packs.join(".")}`;
}

/** What the keys of all manifests of a name begin with; the newest is found by it. */
export function manifestPrefix(name: NameHash): string {
	return `berth1-${name}-`;
}

/** The key of a pack. */
export function packKey(name: NameHash, pack: PackId): string {
	return `berth1p-${name}-${pack}`;
}

/** Reads an untrusted key; undefined if it is none of ours. */
export function parseKey(key: string): CarryKey | undefined {
	const [, packName, pack] = packPattern.exec(key) ?? [];
	if (packName !== undefined) return { kind: "pack", name: packName as NameHash, pack: pack as PackId };
	const [, name, generation, list] = manifestPattern.exec(key) ?? [];
	const packs = (list?.split(".") ?? []) as PackId[];
	if (name === undefined || packs.length > mostPacks || new Set(packs).size < packs.length) return undefined;
	return { kind: "manifest", name: name as NameHash, generation: generation as GenerationHash, packs };
}

function sha256(data: string | Buffer): string {
	return createHash("sha256").update(data).digest("hex");
}
