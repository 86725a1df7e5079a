import type { CleanupReport, KeptThing } from "../../src/report/cleanup-report.ts";

/** A cleanup that met a bit of everything, but for what is given. */
export function cleanupReport(over: Partial<CleanupReport> = {}): CleanupReport {
	return {
		dryRun: false,
		removed: [
			{ kind: "tag", name: "cst.oci.local/a:1", bytes: 2_000_000_000 },
			{ kind: "tag", name: "cst.oci.local/b:1", bytes: 100_000_000 },
			{ kind: "container", name: "eager_hopper", bytes: 0 },
			{ kind: "berth", name: "app", bytes: 765_000_000 },
		],
		kept: [
			...["web", "db"].map((name) => kept(`container "${name}" names it`)),
			...[5, 12, 13].map((minutes) => kept(`seen for ${minutes}m only, min-age is 1h`)),
			kept("matches keep-images"),
		],
		freedBytes: 2_300_000_000,
		diskFreeBefore: 37_700_000_000,
		diskFreeAfter: 40_000_000_000,
		errors: [],
		remarks: [],
		...over,
	};
}

/** A name that stays. */
export function kept(reason: string, name = "cst.oci.local/c:1"): KeptThing {
	return { kind: "tag", name, reason };
}
