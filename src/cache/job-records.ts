import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, readSmall, replaceFile, statOf, unless } from "./files.ts";
import { type BerthDir, isBerthDir } from "./name.ts";
import { type GenerationId, isId, type JobId, paths } from "./paths.ts";
import { removeTree } from "./trees.ts";

/** Who runs: the runner it runs on, and which of the runner's jobs it is. Both are opaque and only compared. */
export type JobIdentity = { readonly runner: string; readonly job: string };

/** A clone that a job has, which becomes the generation of the same id if the job commits it. */
export type CloneName = { readonly berth: BerthDir; readonly id: GenerationId };

/** `jobs/<id>.json`: says to all who share the root which clones, and which arriving generations, are in use. */
export type JobRecord = JobIdentity & {
	readonly id: JobId;
	/** The Docker engine's own id, or null where none was asked. */
	readonly engine: string | null;
	/** When it began, ISO 8601. */
	readonly since: string;
	readonly clones: readonly CloneName[];
};

/**
 * Who asks which jobs are dead, and when. Jobs of `me.runner` other than `me.job` are dead; of other runners' jobs only
 * those with a record that is older than any job. A cleanup is no job: run beside one it has to come from a runner of
 * its own, run after one (as a hook) from the same runner as another job, so that what the finished job left goes.
 */
export type Judge = { readonly me: JobIdentity; readonly now: Date };

/** A record as judged by another job: the dead one's clones may go. */
export type JudgedRecord = { readonly record: JobRecord; readonly alive: boolean };

/** What lies under `jobs/`: the records, and entries that are none and by now surely nobody's. */
export type Jobs = { readonly records: readonly JudgedRecord[]; readonly abandoned: readonly string[] };

// A job on a self-hosted runner is ended after five days (GitHub's usage limits), so none outlives six.
/** Longer than any job: what a record or a clone older than this belonged to is dead. */
export const boundMs = 6 * 24 * 60 * 60 * 1000;

/** Writes a job's record; it must be on disk before the clone that it names. */
export function writeRecord(root: string, record: JobRecord): void {
	mkdirSync(paths.jobs(root), { recursive: true });
	replaceFile(paths.jobs(root), `${record.id}.json`, `${JSON.stringify(record)}\n`, temporaryName(record));
}

/** Takes a record away; its clone must be gone or committed by then. */
export function removeRecord(root: string, id: JobId): void {
	removeTree(paths.job(root, id));
}

/**
 * Every job known under this root. A job is dead when the same runner has started another job since (a runner runs
 * one at a time), or when its record is older than any job can be. Only reads.
 */
export function readJobs(root: string, judge: Judge): Jobs {
	const records: JudgedRecord[] = [];
	const abandoned: string[] = [];
	for (const entry of entriesOf(paths.jobs(root))) {
		const read = readEntry(root, entry, judge);
		if (read === "abandoned") abandoned.push(entry);
		else if (read !== undefined) records.push(read);
	}
	return { records, abandoned };
}

function readEntry(root: string, entry: string, { me, now }: Judge): JudgedRecord | "abandoned" | undefined {
	const path = join(paths.jobs(root), entry);
	const stat = statOf(path);
	const id = entry.replace(/\.json$|\..*tmp$/, "");
	if (stat === undefined || !isId<JobId>(id)) return undefined;
	const tooOld = now.getTime() - stat.mtimeMs > boundMs;
	// EACCES: another user's on a shared root, who lets nobody read it.
	const text = unless(["EACCES"], () => readSmall(path, 1 << 20));
	const record = entry.endsWith(".json") ? parseRecord(id, text) : undefined;
	// Torn or foreign: it names no clones that could be spared.
	if (record === undefined) return tooOld || isAbandoned(entry, me) ? "abandoned" : undefined;
	const superseded = record.runner === me.runner && record.job !== me.job;
	return { record, alive: !tooOld && !superseded };
}

/** The clones, of one berth or of all, that some living job holds. */
export function clonesInUse(records: readonly JudgedRecord[], berth?: BerthDir): ReadonlySet<GenerationId> {
	const living = records.filter((each) => each.alive).flatMap((each) => each.record.clones);
	return new Set(
		living.filter((clone) => berth === undefined || clone.berth === berth).map((clone) => clone.id),
	);
}

// The owner's in the name, as a process killed while it wrote has left nothing in the file to go by.
function temporaryName({ id, runner, job }: JobRecord): string {
	return `${id}.${shortHash(runner)}-${shortHash(job)}.tmp`;
}

function isAbandoned(entry: string, me: JobIdentity): boolean {
	const [, runner, job] = /\.([0-9a-f]{16})-([0-9a-f]{16})\.tmp$/.exec(entry) ?? [];
	return runner === shortHash(me.runner) && job !== shortHash(me.job);
}

function shortHash(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function parseRecord(id: JobId, text: string | undefined): JobRecord | undefined {
	try {
		const value = JSON.parse(text ?? "") as Record<string, unknown> | null;
		const { runner, job, engine, since, clones } = value ?? {};
		if (typeof runner !== "string" || typeof job !== "string" || typeof since !== "string") return undefined;
		if (!Array.isArray(clones)) return undefined;
		const names = clones.filter(isCloneName).map(({ berth, id }) => ({ berth, id }));
		return { id, runner, job, since, engine: typeof engine === "string" ? engine : null, clones: names };
	} catch {
		return undefined;
	}
}

function isCloneName(value: unknown): value is CloneName {
	if (typeof value !== "object" || value === null) return false;
	const { berth, id } = value as Record<string, unknown>;
	return isBerthDir(berth) && isId<GenerationId>(id);
}
