// Preloaded into a program that has namespaces of its own, this makes them those of another machine: the share is
// mounted where that one has it, it has a name of its own, and a clock that is not the share's.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** A machine that has a share mounted; `aheadMs` is by how much its clock is ahead of the share's. */
export type Host = {
	readonly name: string;
	readonly share: string;
	readonly mountedAt: string;
	readonly aheadMs: number;
};

const { name, share, mountedAt, aheadMs } = JSON.parse(process.env["HOST"] ?? "") as Host;
const before = hostname();
mkdirSync(mountedAt, { recursive: true });
execFileSync("mount", ["--bind", share, mountedAt]);
writeFileSync("/proc/sys/kernel/hostname", name);
if (hostname() !== name) throw new Error(`this is still ${before}`);

// The kernel, which dates the files, plays the share's server: only what the program itself reads is moved.
const RealDate = Date;
globalThis.Date = class extends RealDate {
	constructor(...given: readonly [] | ConstructorParameters<DateConstructor>) {
		if (given.length === 0) super(RealDate.now() + aheadMs);
		else super(...(given as ConstructorParameters<DateConstructor>));
	}

	static override now(): number {
		return RealDate.now() + aheadMs;
	}
} as DateConstructor;
