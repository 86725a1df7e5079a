import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { findProcess } from "./processes.ts";

/** Whom an engine's folder belongs to: a process, in the namespace where its id means something. */
export interface Owner {
	readonly pid: number;
	readonly startedAt: string;
	readonly namespace: string;
}

/** The file in an engine's folder that names its owner. */
export const ownerFile = "owner.json";

/** This process as an owner. */
export function thisProcess(): Owner {
	return {
		pid: process.pid,
		startedAt: findProcess(process.pid)?.startedAt ?? "",
		namespace: readlinkSync("/proc/self/ns/pid"),
	};
}

/** Whether the folder's owner is known to be dead; in doubt it lives. */
export function isAbandoned(dir: string): boolean {
	const owner = readOwner(dir);
	// A process of another namespace can't be told dead from here.
	if (owner === undefined || owner.namespace !== thisProcess().namespace) return false;
	return findProcess(owner.pid)?.startedAt !== owner.startedAt;
}

function readOwner(dir: string): Owner | undefined {
	try {
		return JSON.parse(readFileSync(join(dir, ownerFile), "utf8")) as Owner;
	} catch {
		return undefined;
	}
}
