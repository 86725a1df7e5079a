import { execFileSync } from "node:child_process";
import type { TestContext } from "node:test";
import { atEnd, scratch } from "./jobs.ts";

/** A megabyte of memory, mounted for one test. */
export function mountMemory(t: TestContext, at = scratch(t)): string {
	execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at]);
	atEnd(t, () => execFileSync("umount", [at]));
	return at;
}

/** A directory, mounted read-only a second time. */
export function mountReadOnly(t: TestContext, dir: string, at = scratch(t)): string {
	execFileSync("mount", ["--bind", dir, at]);
	atEnd(t, () => execFileSync("umount", [at]));
	execFileSync("mount", ["-o", "remount,ro,bind", at]);
	return at;
}
