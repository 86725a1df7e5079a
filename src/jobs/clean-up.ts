import { takeHostLock } from "../cleanup/host-lock.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import type { Engine } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import type { CleanupReport } from "../report/cleanup-report.ts";
import type { Identity } from "../runner/identity.ts";
import type { Run } from "../runner/run.ts";
import { carryOutAll } from "./clean-carry-out.ts";
import { lookForAll } from "./clean-look.ts";
import { planClean } from "./clean-plan.ts";
import { type Outcome, planned } from "./clean-things.ts";
import { heldRemark, thoughtBytes } from "./freed.ts";
import { freedBetween, type MachineDisks, measureDisks, measureSettled } from "./machine-disks.ts";

/** What cleaning up works with. */
export type CleanTools = {
	readonly engine: Engine;
	readonly upkeep: Upkeep;
	/** Runs `docker buildx`, to see which builders there are; a machine without it has none. */
	readonly run: Run;
	/** Who cleans: jobs of the same runner but for this one are dead. */
	readonly me: Identity;
	readonly now: () => Date;
	/** Told how it goes on, a line each. */
	readonly say: (line: string) => void;
	/** Ends it early: what is done then is reported, what is not is an error of the report. */
	readonly told: AbortSignal;
};

// Another cleanup is over by then, or it has that much to do that this one would find little.
const waitMs = 60_000;

/**
 * Cleans up a machine: lists, decides, removes, and says what came of it. One at a time on a machine; a dry run waits for
 * nobody, as it changes nothing. Never throws for what it meets.
 */
export async function cleanUp(inputs: CleanInputs, tools: CleanTools): Promise<CleanupReport> {
	if (inputs.dryRun) return await cleanUpAlone(inputs, tools);
	const answer = await tools.engine.info();
	const key = answer.kind === "reachable" ? answer.info.id : inputs.cacheRoot;
	const lock = await takeHostLock(
		`cleanup ${key}`,
		AbortSignal.any([tools.told, AbortSignal.timeout(waitMs)]),
	);
	if (lock.kind === "busy") return { ...nothing, remarks: ["another cleanup is running on this machine"] };
	try {
		return await cleanUpAlone(inputs, tools);
	} finally {
		await lock.release();
	}
}

const nothing: CleanupReport = {
	...{ dryRun: false, removed: [], kept: [], freedBytes: 0, diskFreeBefore: null, diskFreeAfter: null },
	...{ errors: [], remarks: [] },
};

async function cleanUpAlone(inputs: CleanInputs, tools: CleanTools): Promise<CleanupReport> {
	const { found, errors } = await lookForAll(inputs, tools);
	const plan = planClean(found, inputs);
	const before = measureDisks(inputs.cacheRoot, found.engine?.info);
	const problems = [...errors, ...plan.errors];
	if (inputs.dryRun) return report(inputs, { ...planned(plan), errors: problems, before, after: before });
	const done = await carryOutAll(plan, { inputs, engine: found.engine, tools });
	const thought = thoughtBytes(done.removed);
	const where = { root: inputs.cacheRoot, info: found.engine?.info, thoughtBytes: thought };
	const after = await measureSettled(before, where);
	const freed = { thoughtBytes: thought, freedBytes: freedBetween(before, after) };
	const cached = plan.buildCache === undefined ? found.engine?.buildCache : undefined;
	const remark = await heldRemark(freed, cached, tools.upkeep);
	const ended = tools.told.aborted ? ["it was told to end before it was done"] : [];
	const all = {
		...done,
		kept: [...plan.kept, ...done.kept],
		errors: [...problems, ...done.errors, ...ended],
	};
	return { ...report(inputs, { ...all, before, after }), remarks: remark === undefined ? [] : [remark] };
}

type Measured = { readonly before: MachineDisks; readonly after: MachineDisks };

function report(
	{ dryRun }: CleanInputs,
	{ removed, kept, errors, before, after }: Outcome & Measured,
): CleanupReport {
	const freedBytes = dryRun ? 0 : freedBetween(before, after);
	const disks = { diskFreeBefore: before.shownFreeBytes, diskFreeAfter: after.shownFreeBytes };
	return { dryRun, removed, kept, freedBytes, ...disks, errors, remarks: [] };
}
