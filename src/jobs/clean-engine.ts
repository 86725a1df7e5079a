import { builderOf, planVolumes, unattachedStates } from "../cleanup/builder-volumes.ts";
import { type EngineRules, planEngine } from "../cleanup/engine-plan.ts";
import type { CleanInputs } from "../cleanup/inputs.ts";
import { type Ledger, noteSeen } from "../cleanup/ledger.ts";
import { type Asker, isMarkOf, traceOf } from "../cleanup/marks.ts";
import { fitsGlobs, underPrefixes } from "../cleanup/names.ts";
import { listPins, type Pin, planPins } from "../cleanup/pins.ts";
import type { EngineKept, EnginePlan, EngineRemoval, EngineView } from "../cleanup/view.ts";
import type { EngineInfo, Refusal } from "../engine/engine.ts";
import type { BuildCacheRecord, ListedVolume } from "../engine/upkeep.ts";
import { ownerOfRun, structureTestLabel } from "../structure/sweep.ts";
import type { CleanTools } from "./clean-up.ts";
import { lookAtEngine, volumeEntry } from "./look-at-engine.ts";

/** What a cleanup finds in an engine. */
export type EngineLook = {
	readonly info: EngineInfo;
	readonly asker: Asker;
	readonly view: EngineView;
	readonly ledger: Ledger;
	readonly volumes: readonly ListedVolume[];
	readonly pins: readonly Pin[];
	/** Undefined where it can't be told. */
	readonly buildCache: readonly BuildCacheRecord[] | undefined;
	/** The builders, of those that volumes are named after, that buildx knows. */
	readonly builders: ReadonlySet<string>;
};

/** What of an engine goes in any case, and names that go unless the disk has room for them. */
export type EngineCleaning = {
	readonly always: readonly EngineRemoval[];
	readonly tags: readonly (EngineRemoval & { readonly lastUsedMs: number })[];
	readonly kept: readonly EngineKept[];
};

// What Berth's own tags leave when it is killed: they live for a moment.
const ownRepositories = ["berth.invalid/untagged", "berth.invalid/probe"];
const ownAgeMs = 10 * 60_000;

/** Looks at all of an engine that a cleanup has to know; changes nothing. */
export async function lookForCleaning(
	inputs: CleanInputs,
	info: EngineInfo,
	{ upkeep, me, run }: CleanTools,
): Promise<EngineLook | Refusal> {
	const asker = { ...me, nowMs: info.timeMs };
	const isOurs = underPrefixes([...inputs.prefixes, ...ownRepositories]);
	const { cacheRoot: root, minAgeMs } = inputs;
	const view = await lookAtEngine(upkeep, { info, isOurs, asker, root, minAgeMs, sparesOwn: true });
	if ("kind" in view) return view;
	const volumes = await upkeep.volumes();
	if (volumes.kind === "refused") return volumes;
	const pins = await listPins(upkeep);
	if (pins.kind === "refused") return pins;
	const buildCache = await upkeep.buildCache();
	// Only as long as nothing has it: one that was in use meanwhile is seen anew.
	const unattached = unattachedStates(volumes.items, view.containers);
	const seen = unattached.map(({ name, createdMs }) => ({
		name: volumeEntry(name),
		id: String(createdMs),
	}));
	const others = [...view.ledger].filter(([name]) => !name.startsWith(volumeEntry("")));
	return {
		...{ info, asker, view, volumes: volumes.items, pins: pins.items },
		ledger: new Map([...others, ...noteSeen(view.ledger, seen, view.nowMs)]),
		buildCache: buildCache.kind === "listed" ? buildCache.items : undefined,
		builders: await knownBuilders(volumes.items, run),
	};
}

/** Decides what of it goes. Pure. */
export function planCleaning(look: EngineLook, inputs: CleanInputs): EngineCleaning {
	const { view, pins } = look;
	const main = planEngine(view, rulesOf(inputs, view));
	const own = planEngine(view, {
		...rulesOf(inputs, view),
		isOurs: underPrefixes(ownRepositories),
		minAgeMs: Math.max(inputs.minAgeMs, ownAgeMs),
		orphans: false,
	});
	const pinPlan = planPins(pins, { maxAgeMs: inputs.cacheMaxAgeMs, now: new Date(view.nowMs) });
	const volumes = inputs.orphans ? planOrphanVolumes(look, inputs, main) : { removals: [], kept: [] };
	const isTag = ({ kind }: EngineRemoval) => kind === "tag";
	return {
		always: [
			...main.removals.filter((each) => !isTag(each)),
			...own.removals,
			...pinPlan.released.map(({ reference, bytes }) => pinRemoval(reference, bytes, view)),
			...volumes.removals,
		],
		tags: main.removals
			.filter(isTag)
			.map((tag) => ({ ...tag, lastUsedMs: look.ledger.get(tag.name)?.usedMs ?? view.nowMs })),
		kept: [...main.kept, ...volumes.kept],
	};
}

function rulesOf(inputs: CleanInputs, { marks, nowMs }: EngineView): EngineRules {
	const oldest = Math.min(...marks.neighbours.map(({ sinceMs }) => sinceMs - 1), nowMs - inputs.minAgeMs);
	return {
		isOurs: underPrefixes(inputs.prefixes),
		isKept: fitsGlobs(inputs.keepImages),
		minAgeMs: inputs.minAgeMs,
		job: undefined,
		...{ orphans: inputs.orphans, label: structureTestLabel, runOf: ownerOfRun, owners: new Set<string>() },
		unlabelled: { fromMs: 0, toMs: oldest },
	};
}

function pinRemoval(name: string, bytes: number, { images }: EngineView): EngineRemoval {
	const image = images.find(({ tags }) => tags.includes(name));
	const isLast = image?.tags.length === 1;
	return {
		kind: "tag",
		name,
		id: image?.id ?? "",
		bytes: isLast ? Math.max(0, bytes - (image.sharedBytes ?? 0)) : 0,
	};
}

function planOrphanVolumes(look: EngineLook, inputs: CleanInputs, { kept }: EnginePlan): EnginePlan {
	const { view, volumes, builders, ledger } = look;
	const left = new Set(kept.map(({ name }) => traceOf(name)));
	// The mark of a dead job tells what it brought, as long as any of that is there.
	const dead = view.marks.dead.filter(({ brings }) => ![...brings].some((trace) => left.has(trace)));
	const marks = volumes.filter(({ name }) => dead.some(({ id }) => isMarkOf(name, id)));
	const states = planVolumes(volumes, {
		containers: view.containers,
		isKnown: (builder) => builders.has(builder),
		firstSeenMs: (name) => ledger.get(volumeEntry(name))?.sinceMs ?? view.nowMs,
		...{ nowMs: view.nowMs, minAgeMs: inputs.minAgeMs, maxAgeMs: inputs.cacheMaxAgeMs },
	});
	const removal = ({ name }: { readonly name: string }): EngineRemoval => ({
		...{ kind: "volume", name, id: name, bytes: 0 },
	});
	return {
		removals: [...marks, ...states.remove].map(removal),
		kept: states.kept.map(({ name, reason }) => ({ kind: "volume", name, reason })),
	};
}

async function knownBuilders(
	volumes: readonly ListedVolume[],
	run: CleanTools["run"],
): Promise<ReadonlySet<string>> {
	const known = new Set<string>();
	for (const builder of new Set(
		volumes.map(({ name }) => builderOf(name)).filter((name) => name !== undefined),
	)) {
		const asked = await run("docker", ["buildx", "inspect", builder], { quiet: true });
		if (asked.kind === "exited" && asked.code === 0) known.add(builder);
	}
	return known;
}
