import type { ListedContainer, ListedVolume } from "../engine/upkeep.ts";
import { durationText } from "../runner/durations.ts";

/** What is known of the builders whose state volumes hold. */
export type BuilderFacts = {
	readonly containers: readonly ListedContainer[];
	/** Whether `docker buildx inspect NAME` finds it: exit code 0. */
	readonly isKnown: (builder: string) => boolean;
	/** Since when a volume has been seen without a container, every time it was looked for; now if never before. */
	readonly firstSeenMs: (volume: string) => number;
	readonly nowMs: number;
	/** How long a volume must have been seen so whose builder's name was made up for one job, */
	readonly minAgeMs: number;
	/** and any other. */
	readonly maxAgeMs: number;
};

/** Which state volumes go, and which stay and why. */
export type VolumePlan = {
	readonly remove: readonly { readonly name: string }[];
	readonly kept: readonly { readonly name: string; readonly reason: string }[];
};

// buildx `driver/docker-container/driver.go` and `store/nodegroup.go`: a builder's nodes are named and numbered by it,
// and each has a container `buildx_buildkit_<node>` with the volume `<container>_state`.
const statePattern = /^(buildx_buildkit_(.+)\d)_state$/;

// docker/setup-buildx-action `src/context.ts`: such a builder is never asked for again. One that a workflow named is, and
// with `keep-state` the action removes builder and container but leaves the volume for the next builder of that name.
const madeUpPattern = /^builder-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The builder whose state a volume holds, by the volume's name; undefined for any other volume. */
export function builderOf(volume: string): string | undefined {
	return statePattern.exec(volume)?.[2];
}

/** The volumes that hold a builder's state and that no container has, nor the builder's own container is there. */
export function unattachedStates(
	volumes: readonly ListedVolume[],
	containers: readonly ListedContainer[],
): readonly ListedVolume[] {
	const userOf = usersIn(containers);
	return volumes.filter(({ name }) => builderOf(name) !== undefined && userOf(name) === undefined);
}

/** Decides which state volumes no builder will use again. Pure. */
export function planVolumes(volumes: readonly ListedVolume[], facts: BuilderFacts): VolumePlan {
	const userOf = usersIn(facts.containers);
	const judged = volumes.flatMap(({ name }) => {
		const builder = builderOf(name);
		return builder === undefined
			? []
			: [{ name, reason: reasonToKeep({ name, builder }, userOf(name), facts) }];
	});
	return {
		remove: judged.filter(({ reason }) => reason === undefined).map(({ name }) => ({ name })),
		kept: judged.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }])),
	};
}

function reasonToKeep(
	{ name, builder }: { readonly name: string; readonly builder: string },
	user: string | undefined,
	{ isKnown, firstSeenMs, nowMs, minAgeMs, maxAgeMs }: BuilderFacts,
): string | undefined {
	if (user !== undefined) return `container ${JSON.stringify(user)} uses it`;
	if (isKnown(builder)) return `builder ${JSON.stringify(builder)} uses it`;
	const ageMs = madeUpPattern.test(builder) ? minAgeMs : maxAgeMs;
	if (nowMs - firstSeenMs(name) >= ageMs) return undefined;
	return `it has not been seen unused for ${durationText(ageMs)} yet`;
}

/** Tells which container uses a volume: has it mounted, or, as a builder's container, will have it. */
function usersIn(containers: readonly ListedContainer[]): (volume: string) => string | undefined {
	const users = new Map(
		containers.flatMap(({ name, volumes }) => [`${name}_state`, ...volumes].map((each) => [each, name])),
	);
	return (volume) => users.get(volume);
}
