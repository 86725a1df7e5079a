import { temporaryOf } from "./current.ts";
import { boundMs, clonesInUse } from "./job-records.ts";
import type { BerthDir } from "./name.ts";
import type { Litter, Removal } from "./removal.ts";
import type { Found, FoundBerth } from "./survey.ts";

/** Whether a living job has a berth open, or is about to swap something in there. */
export function isOpen({ records }: Found, berth: BerthDir): boolean {
	return clonesInUse(records, berth).size > 0;
}

/** The clones that nobody uses: those of dead jobs, then those that no record names, once older than any job. Pure. */
export function dueClones(found: Found, now: Date): Removal[] {
	const inUse = clonesInUse(found.records);
	const named = new Set(found.records.flatMap(({ record }) => record.clones.map(({ id }) => id)));
	const unused = changeable(found).flatMap((berth) =>
		berth.clones.filter(({ id }) => !inUse.has(id)).map((clone) => ({ ...clone, berth })),
	);
	const dead = unused.filter(({ id }) => named.has(id));
	const stray = unused.filter(({ id, mtimeMs }) => !named.has(id) && now.getTime() - mtimeMs > boundMs);
	return [
		...dead.map(({ id, berth }) => removalOf("clone", { berth, id, reason: "its job is dead" })),
		...stray.map(({ id, berth }) =>
			removalOf("clone", { berth, id, reason: "no job names it, and it is older than any job can be" }),
		),
	];
}

/** The generations that are neither in force nor arriving. Pure. */
export function dueGenerations(found: Found): Removal[] {
	const arriving: ReadonlySet<string> = clonesInUse(found.records);
	return changeable(found).flatMap((berth) =>
		berth.generations
			.filter((id) => id !== berth.current && !arriving.has(id.replace(/\.broken$/, "")))
			.map((id) => {
				const reason = id.endsWith(".broken") ? "it is broken" : "it is not in force";
				return removalOf("generation", { berth, id, reason });
			}),
	);
}

/** Files on their way into a berth whose job is dead. Pure. */
export function dueTemporaries(found: Found): Litter[] {
	const inUse = clonesInUse(found.records);
	return changeable(found).flatMap(({ berth, temporaries }) =>
		temporaries
			.filter((entry) => {
				const id = temporaryOf(entry);
				return id !== undefined && !inUse.has(id);
			})
			.map((entry) => ({ berth, entry })),
	);
}

/** Records of dead jobs that have no clone left when those of the given ids are gone, and torn ones. Pure. */
export function dueRecords(
	{ records, abandoned, berths }: Found,
	gone: ReadonlySet<string> = new Set(),
): Litter[] {
	const left = new Set(berths.flatMap(({ clones }) => clones.map(({ id }) => id)));
	const over = records.filter(
		({ record, alive }) => !alive && !record.clones.some(({ id }) => left.has(id) && !gone.has(id)),
	);
	return [...over.map(({ record }) => `${record.id}.json`), ...abandoned].map((entry) => ({ entry }));
}

function changeable({ berths }: Found): FoundBerth[] {
	return berths.filter(({ mayChange }) => mayChange);
}

function removalOf(
	kind: "clone" | "generation",
	{ berth: { berth, name }, id, reason }: { berth: FoundBerth; id: string; reason: string },
): Removal {
	return { kind, name, berth, id, reason };
}
