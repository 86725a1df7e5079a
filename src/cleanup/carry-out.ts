import type { Done } from "../engine/engine.ts";
import type { Upkeep } from "../engine/upkeep.ts";
import { takeHostLock } from "./host-lock.ts";
import { type Asker, readMarks, traceOf } from "./marks.ts";
import { containerNaming, namedReason } from "./naming.ts";
import type { EngineKept, EnginePlan, EngineRemoval } from "./view.ts";

/** With what a plan is carried out. */
export type CarryOutTools = {
	readonly upkeep: Upkeep;
	/** The engine's id, by which processes on this machine know that they mean the same one. */
	readonly engineId: string;
	readonly asker: Asker;
	/** No removal is begun after this says so. */
	readonly told: AbortSignal;
	/** Told of each thing as it is gone. */
	readonly done: (removal: EngineRemoval) => void;
};

/** What was removed, what stayed though it was to go, and what failed, a line each. */
export type CarriedOut = {
	readonly removed: readonly EngineRemoval[];
	readonly kept: readonly EngineKept[];
	readonly errors: readonly string[];
	/** The engine no longer answers: nothing more can be asked of it. */
	readonly engineLost: boolean;
};

// The engine's own locks let little more than this many at once get on.
const atOnce = 4;
const batchMs = 1_000;
const lockWaitMs = 10_000;

/**
 * Removes what a plan says, in its order as to kinds, and names several at a time. Before every batch it looks which
 * names jobs have claimed meanwhile, under a lock that claims are made under, too. What the engine says is in use stays.
 */
export async function carryOut(plan: EnginePlan, tools: CarryOutTools): Promise<CarriedOut> {
	const outcome = new Outcome(tools);
	const [tags, others] = [
		plan.removals.filter(({ kind }) => kind === "tag"),
		plan.removals.filter(({ kind }) => kind !== "tag"),
	];
	for (const each of others) await outcome.attempt(each);
	for (let at = 0; at < tags.length && !outcome.over; ) at += await oneBatch(tags.slice(at), outcome, tools);
	for (const each of tags.slice(outcome.tagsSeen)) outcome.skip(each);
	return outcome.told();
}

/** Makes claims under the lock that batches are removed under; goes on without it if it can't be had for long. */
export async function underClaimLock<T>(engineId: string, act: () => Promise<T>): Promise<T> {
	const lock = await takeHostLock(`claims ${engineId}`, AbortSignal.timeout(lockWaitMs));
	try {
		return await act();
	} finally {
		if (lock.kind === "held") await lock.release();
	}
}

async function oneBatch(
	tags: readonly EngineRemoval[],
	outcome: Outcome,
	tools: CarryOutTools,
): Promise<number> {
	const { upkeep, engineId, asker } = tools;
	return underClaimLock(engineId, async () => {
		const staysNow = await lookAgain(upkeep, asker);
		const until = performance.now() + batchMs;
		let next = 0;
		const worker = async () => {
			while (performance.now() < until && !outcome.over) {
				const tag = tags[next++];
				if (tag === undefined) return;
				const reason = staysNow(tag.name);
				if (reason === undefined) await outcome.attempt(tag);
				else outcome.keep(tag, reason);
			}
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
		return Math.min(next, tags.length);
	});
}

// Why a name that was to go has to stay now: docker itself protects no name that a container was made from.
async function lookAgain(upkeep: Upkeep, asker: Asker): Promise<(name: string) => string | undefined> {
	const [marks, containers] = await Promise.all([readMarks(upkeep, asker), upkeep.containers()]);
	const claimed = "kind" in marks ? [] : marks.neighbours;
	const naming = containerNaming(containers.kind === "listed" ? containers.items : []);
	return (name) => {
		const trace = traceOf(name);
		if (claimed.some(({ brings, uses }) => brings.has(trace) || uses.has(trace)))
			return "a job that runs now uses it";
		return namedReason(naming(name));
	};
}

class Outcome {
	readonly #tools: CarryOutTools;
	readonly #removed: EngineRemoval[] = [];
	readonly #kept: EngineKept[] = [];
	readonly #errors: string[] = [];
	#engineLost = false;
	tagsSeen = 0;

	constructor(tools: CarryOutTools) {
		this.#tools = tools;
	}

	/** Whether no more is to be begun. */
	get over(): boolean {
		return this.#engineLost || this.#tools.told.aborted;
	}

	keep({ kind, name }: EngineRemoval, reason: string): void {
		if (kind === "tag") this.tagsSeen += 1;
		this.#kept.push({ kind, name, reason });
	}

	skip({ kind, name }: EngineRemoval): void {
		this.#kept.push({
			kind,
			name,
			reason: this.#engineLost ? "the engine no longer answers" : "time was up",
		});
	}

	async attempt(removal: EngineRemoval): Promise<void> {
		if (this.over) {
			if (removal.kind !== "tag") this.skip(removal);
			return;
		}
		if (removal.kind === "tag") this.tagsSeen += 1;
		const done = await remove(removal, this.#tools.upkeep);
		if (done.kind === "done") {
			this.#removed.push(removal);
			this.#tools.done(removal);
		} else if (done.status === 409) this.#kept.push({ ...named(removal), reason: done.problem });
		else {
			this.#engineLost ||= done.status === undefined;
			this.#errors.push(`${removal.kind} ${removal.name} is left: ${done.problem}`);
		}
	}

	told(): CarriedOut {
		return {
			removed: this.#removed,
			kept: this.#kept,
			errors: this.#errors,
			engineLost: this.#engineLost,
		};
	}
}

function named({ kind, name }: EngineRemoval): Pick<EngineKept, "kind" | "name"> {
	return { kind, name };
}

function remove({ kind, name, id, running = false }: EngineRemoval, upkeep: Upkeep): Promise<Done> {
	switch (kind) {
		case "tag":
			return upkeep.untag(name);
		case "image":
			return upkeep.removeUntagged(id);
		case "container":
			return upkeep.removeContainer(id, { running });
		case "volume":
			return upkeep.removeVolume(name);
	}
}
