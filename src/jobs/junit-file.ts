import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { junitOf } from "../report/junit.ts";
import type { TestReport } from "../report/report.ts";

/** Writes JUnit XML, into a folder that need not be there; a problem is a clause that names the path. */
export function writeJunit(path: string, reports: readonly TestReport[]): string | undefined {
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, junitOf(reports));
		return undefined;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		return `${JSON.stringify(path)} can't be written: ${reason}`;
	}
}
