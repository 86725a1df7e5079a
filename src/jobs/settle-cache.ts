import type { Hold } from "../cache/hold.ts";
import { keepStepNotes } from "../cache/step-notes.ts";
import { commitCache, releaseCache } from "../cache/store.ts";
import type { CacheOutcome } from "../report/report.ts";
import type { Identity } from "../runner/identity.ts";
import type { Tools } from "./tools.ts";

/** How a hold ended; a problem is worth a warning. */
export type Settled = { readonly outcome: CacheOutcome; readonly problem?: string };

/** Gives up a hold without a swap, for the reason given. */
export function dropHold(hold: Hold, reason: string): Settled {
	const released = releaseCache(hold);
	return {
		outcome: { kind: "not-kept", reason },
		...(released.kind === "failed" ? { problem: released.problem } : {}),
	};
}

/** With what a hold is committed; `notes` tell the next build of this one's steps. */
export type Commitment = Pick<Tools, "now" | "log"> & { readonly notes?: string | undefined };

/** Swaps in what a build exported into the held clone, if it is new and whole. */
export function commitHold(hold: Hold, me: Identity, { now, log, notes }: Commitment): Settled {
	const commit = commitCache(hold, me, { now: now(), say: log.info });
	switch (commit.kind) {
		case "swapped-in":
		case "unchanged":
			if (notes !== undefined) keepStepNotes(hold, notes);
			return { outcome: commit };
		case "nothing-exported":
			return { outcome: { kind: "not-kept", reason: "the build exported no cache" } };
		case "broken": {
			const problem = `what the build exported is not whole, so the former cache stays: ${commit.reason}`;
			return { outcome: { kind: "not-kept", reason: "the export is not whole" }, problem };
		}
		case "failed":
			return {
				outcome: { kind: "not-kept", reason: "the cache root can't be used" },
				problem: commit.problem,
			};
	}
}
