import type { CacheOutcome, CacheReport } from "./report.ts";
import { humanBytes } from "./units.ts";

/** What the cache did in a job, on one line. */
export function describeCache({ hit, bytesFound, outcome }: CacheReport): string {
	if (outcome.kind === "off") return "off";
	return `${hit ? `hit, ${humanBytes(bytesFound)} found` : "miss"}; ${describeOutcome(outcome)}`;
}

/** How the berth was left, on one line. */
export function describeOutcome(outcome: CacheOutcome): string {
	switch (outcome.kind) {
		case "off":
			return "off";
		case "wired":
			return "what the job's own build exports is swapped in when the job ends";
		case "not-kept":
			return `nothing swapped in: ${outcome.reason}`;
		case "unchanged":
			return `unchanged, generation ${outcome.generation} stays`;
		case "swapped-in": {
			const shared =
				outcome.bytesShared > 0 ? `, ${humanBytes(outcome.bytesShared)} of it shared with other berths` : "";
			const bytes = `${humanBytes(outcome.bytesReused)} reused, ${humanBytes(outcome.bytesWritten)} written${shared}`;
			const freed = outcome.bytesFreed > 0 ? `, ${humanBytes(outcome.bytesFreed)} freed` : "";
			return `generation ${outcome.generation} swapped in, ${bytes}${freed}`;
		}
	}
}
