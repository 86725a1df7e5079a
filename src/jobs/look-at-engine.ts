import { readEngineNotes } from "../cache/engine-notes.ts";
import { isStructureTest } from "../cleanup/leavings.ts";
import { type Ledger, noteSeen, parseLedger, type Seen } from "../cleanup/ledger.ts";
import { type Asker, type Marks, readMarks } from "../cleanup/marks.ts";
import type { NameTest } from "../cleanup/names.ts";
import { containerNaming } from "../cleanup/naming.ts";
import type { EngineView } from "../cleanup/view.ts";
import type { EngineInfo, Refusal } from "../engine/engine.ts";
import type { ListedContainer, ListedImage, Upkeep } from "../engine/upkeep.ts";

/** What to look at, and for whom. */
export type LookRequest = {
	readonly info: EngineInfo;
	readonly isOurs: NameTest;
	readonly asker: Asker;
	/** The cache root that keeps what was seen before. */
	readonly root: string;
	/** Names that were loaded or given within so long are not old, whatever was seen before. */
	readonly minAgeMs: number;
	/** A cleanup is no job: to it even the marks of its own runner's job are a neighbour's. */
	readonly sparesOwn: boolean;
};

// Looking at one takes a few milliseconds, and there may be thousands of dead containers.
const mostLookedAt = 500;

/** Looks at all that a plan needs to know of an engine; changes nothing. */
export async function lookAtEngine(
	upkeep: Upkeep,
	{ info, isOurs, asker, root, minAgeMs, sparesOwn }: LookRequest,
): Promise<EngineView | Refusal> {
	// Marks first: a job that comes later finds what is listed now, and says so before it uses it.
	const read = await readMarks(upkeep, asker);
	const found = "kind" in read ? withoutMarks(read, sparesOwn) : read;
	if ("kind" in found) return found;
	const marks: Marks = sparesOwn
		? { ...found, own: [], neighbours: [...found.neighbours, ...found.own] }
		: found;
	const containers = await upkeep.containers();
	if (containers.kind === "refused") return containers;
	const images = await upkeep.images({ all: true, shared: true });
	if (images.kind === "refused") return images;
	const { nowMs } = asker;
	const touched = await namedSince(upkeep, marks, nowMs - minAgeMs);
	const before = parseLedger(readEngineNotes(root, info.id), nowMs);
	const seen = sightings({ images: images.items, containers: containers.items, isOurs, touched, nowMs });
	return {
		images: images.items,
		containers: containers.items,
		structureTests: await structureTests(upkeep, containers.items, images.items, isOurs),
		marks,
		ledger: new Map([...othersIn(before, images.items, isOurs), ...noteSeen(before, seen, nowMs)]),
		touched,
		nowMs,
	};
}

// A proxy may not let volumes be listed. A job still knows what it brought itself; a cleanup knows nothing then.
function withoutMarks(refusal: Refusal, isCleanup: boolean): Marks | Refusal {
	if (isCleanup || refusal.status === undefined) return refusal;
	return { own: [], neighbours: [], dead: [], past: [] };
}

// Runs with other prefixes have noted other names, and volumes are noted by those that look at them.
function othersIn(before: Ledger, images: readonly ListedImage[], isOurs: NameTest): Ledger {
	const names = new Set(images.flatMap(({ tags }) => tags));
	return new Map(
		[...before].filter(([name]) => name.startsWith(volumeEntry("")) || (names.has(name) && !isOurs(name))),
	);
}

/** Under what name the ledger has a volume. */
export function volumeEntry(name: string): string {
	return `volume ${name}`;
}

async function namedSince(
	upkeep: Upkeep,
	{ neighbours }: Marks,
	latestMs: number,
): Promise<ReadonlyMap<string, number>> {
	const named = await upkeep.namedSince(Math.min(latestMs, ...neighbours.map(({ sinceMs }) => sinceMs)));
	return new Map(named.kind === "listed" ? named.items.map(({ name, atMs }) => [name, atMs]) : []);
}

type Sight = {
	readonly images: readonly ListedImage[];
	readonly containers: readonly ListedContainer[];
	readonly isOurs: NameTest;
	readonly touched: ReadonlyMap<string, number>;
	readonly nowMs: number;
};

function sightings({ images, containers, isOurs, touched, nowMs }: Sight): Seen[] {
	const naming = containerNaming(containers);
	return images.flatMap(({ id, tags }) =>
		tags.filter(isOurs).map((name) => {
			return { name, id, usedMs: naming(name) === undefined ? (touched.get(name) ?? 0) : nowMs };
		}),
	);
}

async function structureTests(
	upkeep: Upkeep,
	containers: readonly ListedContainer[],
	images: readonly ListedImage[],
	isOurs: NameTest,
): Promise<ReadonlySet<string>> {
	const candidates = new Set(
		images.filter(({ tags }) => tags.length === 0 || tags.some(isOurs)).map(({ id }) => id),
	);
	const dead = containers.filter(
		({ state, imageId }) => ["created", "exited", "dead"].includes(state) && candidates.has(imageId),
	);
	const found = new Set<string>();
	for (const { id } of dead.slice(0, mostLookedAt)) {
		const command = await upkeep.command(id);
		if (command !== undefined && !("kind" in command) && isStructureTest(command)) found.add(id);
	}
	return found;
}
