import { createHash } from "node:crypto";
import type { Refusal } from "../engine/engine.ts";
import type { ListedVolume, Upkeep } from "../engine/upkeep.ts";

/**
 * A job's mark in the engine: an empty volume `berth-job-<id>`, so that all who use the engine see that a job runs,
 * whatever user, cache root or container they run in. Its times are the engine's own.
 */
export type Mark = {
	readonly id: string;
	/** Which runner and which of its jobs; opaque, as in a job's record. */
	readonly runner: string;
	readonly job: string;
	readonly sinceMs: number;
	/** Traces of the names that the job brings into the engine, and of those that it found there and uses. */
	readonly brings: ReadonlySet<string>;
	readonly uses: ReadonlySet<string>;
};

/** A job that is over, while others run that it overlapped: when it ended. */
export type PastJob = { readonly id: string; readonly endedMs: number };

/** What the marks in an engine say, apart from one's own job. */
export type Marks = {
	/** This job's own, of this step and of others. */
	readonly own: readonly Mark[];
	readonly neighbours: readonly Mark[];
	/** Of jobs that were killed: their runner runs another, or they are older than any job can be. */
	readonly dead: readonly Mark[];
	readonly past: readonly PastJob[];
};

/** Who asks, and when by the engine's clock. */
export type Asker = { readonly runner: string; readonly job: string; readonly nowMs: number };

// A job on a self-hosted runner is ended after five days (GitHub's usage limits), so none outlives six.
const longestJobMs = 6 * 24 * 60 * 60 * 1000;

const label = "berth.job";
const idPattern = /^[0-9A-Za-z-]{8,64}$/;
const namePattern = /^berth-(job|claim|past)-([0-9A-Za-z-]{8,64}?)(?:-c\d+)?$/;

/** The trace of a name by which a mark tells of it. */
export function traceOf(reference: string): string {
	return createHash("sha256").update(reference).digest("hex").slice(0, 16);
}

/** Puts up a job's mark; says when it did, by the engine's clock. */
export async function putUp(
	upkeep: Upkeep,
	{ id, runner, job }: Pick<Mark, "id" | "runner" | "job">,
): Promise<{ readonly kind: "up"; readonly sinceMs: number } | Refusal> {
	const made = await upkeep.createVolume(`berth-job-${id}`, labels({ id, runner, job }));
	return "kind" in made ? made : { kind: "up", sinceMs: made.createdMs };
}

/** Says in the engine which names the job is going to bring or to use; `count` numbers the job's claims. */
export async function claim(
	upkeep: Upkeep,
	mark: Pick<Mark, "id" | "runner" | "job">,
	{ brings, uses, count }: { brings: readonly string[]; uses: readonly string[]; count: number },
): Promise<Refusal | undefined> {
	const traces = {
		"berth.brings": brings.map(traceOf).join(" "),
		"berth.uses": uses.map(traceOf).join(" "),
	};
	const made = await upkeep.createVolume(`berth-claim-${mark.id}-c${count}`, { ...labels(mark), ...traces });
	return "kind" in made ? made : undefined;
}

/** Reads all marks. */
export async function readMarks(upkeep: Upkeep, asker: Asker): Promise<Marks | Refusal> {
	const listed = await upkeep.volumes(label);
	return listed.kind === "refused" ? listed : judge(listed.items, asker);
}

/** Tells living jobs from dead ones. Pure; volumes that don't look like marks are not. */
export function judge(volumes: readonly ListedVolume[], { runner, job, nowMs }: Asker): Marks {
	const marks = new Map<string, Mark>();
	const claims: Mark[] = [];
	const past: PastJob[] = [];
	for (const volume of volumes) {
		const [, kind, id = ""] = namePattern.exec(volume.name) ?? [];
		if (kind === undefined || volume.labels[label] !== id || !idPattern.test(id)) continue;
		if (kind === "past") past.push({ id, endedMs: volume.createdMs });
		else if (kind === "claim") claims.push(markOf(id, volume));
		else marks.set(id, markOf(id, volume));
	}
	const all = [...marks.values(), ...claims.filter(({ id }) => !marks.has(id))].map((mark) => ({
		...mark,
		brings: new Set([
			...mark.brings,
			...claims.flatMap((each) => (each.id === mark.id ? [...each.brings] : [])),
		]),
		uses: new Set(claims.flatMap((each) => (each.id === mark.id ? [...each.uses] : []))),
	}));
	const isOwn = (mark: Mark) => mark.runner === runner && mark.job === job;
	// A claim outlives its mark only where a job died while it took them down.
	const isDead = (mark: Mark) =>
		!marks.has(mark.id) || mark.runner === runner || nowMs - mark.sinceMs > longestJobMs;
	const others = all.filter((mark) => !isOwn(mark));
	return {
		own: all.filter(isOwn),
		neighbours: others.filter((mark) => !isDead(mark)),
		dead: others.filter(isDead),
		past,
	};
}

/** Whether any other job ran at the same time as one that began at a moment, be it over by now. */
export function overlaps({ neighbours, past }: Marks, sinceMs: number): boolean {
	return neighbours.length > 0 || past.some(({ endedMs }) => endedMs >= sinceMs);
}

/**
 * Takes a job's marks down. While others run it leaves a word that it was there: what it left in the engine is not
 * theirs.
 */
export async function takeDown(
	upkeep: Upkeep,
	mark: Pick<Mark, "id" | "runner" | "job">,
	marks: Marks,
): Promise<void> {
	if (marks.neighbours.length > 0) await upkeep.createVolume(`berth-past-${mark.id}`, labels(mark));
	await removeMarks(upkeep, [mark.id]);
}

/** Whether a volume is a mark of the job, or one of its claims. */
export function isMarkOf(volume: string, id: string): boolean {
	const [, kind, named] = namePattern.exec(volume) ?? [];
	return named === id && kind !== "past";
}

/** Removes the marks of jobs; those of dead ones only once what they brought is gone. */
export async function removeMarks(upkeep: Upkeep, ids: readonly string[]): Promise<void> {
	const listed = await upkeep.volumes(label);
	if (listed.kind === "refused") return;
	const found = listed.items.map(({ name }) => ({ name, match: namePattern.exec(name) }));
	const wanted = found.filter(({ match }) => match?.[1] !== "past" && ids.includes(match?.[2] ?? ""));
	// The mark itself goes first: a claim alone is known to be a dead job's.
	for (const { name } of wanted.toSorted((one, other) => Number(isClaim(one)) - Number(isClaim(other))))
		await upkeep.removeVolume(name);
}

/** Forgets the jobs that are over and that no running one has overlapped. */
export async function forgetPast(upkeep: Upkeep, { own, neighbours, past }: Marks): Promise<void> {
	const running = [...own, ...neighbours].map(({ sinceMs }) => sinceMs);
	for (const { id, endedMs } of past)
		if (running.every((sinceMs) => sinceMs > endedMs)) await upkeep.removeVolume(`berth-past-${id}`);
}

function isClaim({ match }: { match: RegExpExecArray | null }): boolean {
	return match?.[1] === "claim";
}

function labels({ id, runner, job }: Pick<Mark, "id" | "runner" | "job">): Readonly<Record<string, string>> {
	return { [label]: id, "berth.runner": runner, "berth.run": job };
}

function markOf(id: string, { labels: said, createdMs }: ListedVolume): Mark {
	const traces = (name: string) => new Set((said[name] ?? "").split(" ").filter((each) => each !== ""));
	const { "berth.runner": runner = "", "berth.run": job = "" } = said;
	return { id, runner, job, sinceMs: createdMs, brings: traces("berth.brings"), uses: traces("berth.uses") };
}
