import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type Digest, hexOf } from "../image/digest.ts";
import type { BerthDir } from "./name.ts";

/** A clone's id, and of the generation that the clone becomes: when it was made, and chance. */
export type GenerationId = string & { readonly __brand: "GenerationId" };

/** The id of one run of Berth's main and post step, and of its record under `jobs/`. */
export type JobId = string & { readonly __brand: "JobId" };

const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{16}$/;

/** A fresh id, sorted by time and unique by chance. */
export function newId<Id extends GenerationId | JobId>(now: Date): Id {
	const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
	return `${stamp}-${randomBytes(8).toString("hex")}` as Id;
}

/** Whether an untrusted value is an id, and so safe as a path. */
export function isId<Id extends GenerationId | JobId>(value: unknown): value is Id {
	return typeof value === "string" && idPattern.test(value);
}

/** Where everything lies below a cache root; the names are part of Berth's contract with other tools. */
export const paths = {
	tag: (root: string) => join(root, "CACHEDIR.TAG"),
	jobs: (root: string) => join(root, "jobs"),
	job: (root: string, id: JobId) => join(root, "jobs", `${id}.json`),
	berths: (root: string) => join(root, "berths"),
	berth: (root: string, berth: BerthDir) => join(root, "berths", berth),
	current: (root: string, berth: BerthDir) => join(root, "berths", berth, "current"),
	longName: (root: string, berth: BerthDir) => join(root, "berths", berth, "name"),
	steps: (root: string, berth: BerthDir) => join(root, "berths", berth, "steps.json"),
	generations: (root: string, berth: BerthDir) => join(root, "berths", berth, "generations"),
	generation: (root: string, berth: BerthDir, id: GenerationId) =>
		join(root, "berths", berth, "generations", id),
	clones: (root: string, berth: BerthDir) => join(root, "berths", berth, "clones"),
	clone: (root: string, berth: BerthDir, id: GenerationId) => join(root, "berths", berth, "clones", id),
} as const;

/** The blobs of a BuildKit OCI layout. */
export function blobsDir(layout: string): string {
	return join(layout, "blobs", "sha256");
}

/** One blob of a layout; the digest's type says that it was checked. */
export function blobPath(layout: string, digest: Digest): string {
	return join(layout, "blobs", "sha256", hexOf(digest));
}
