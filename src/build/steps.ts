import type { SolveStatus, VertexUpdate } from "./solve-status.ts";

/** One step of the Dockerfile as a build went; times are seconds, `startedAt` from the first step's start. */
export type BuildStep = {
	/** BuildKit's own: `[build 2/4] RUN make`. */
	readonly name: string;
	readonly state: "cached" | "ran" | "failed" | "cancelled";
	readonly startedAt: number;
	readonly seconds: number;
};

type Interval = readonly [from: number, to: number | undefined];

type Seen = {
	readonly name: string;
	cached: boolean;
	fetched: boolean;
	error: string;
	open: boolean;
	readonly intervals: Map<number, number | undefined>;
};

// A build of the largest Dockerfile for ten platforms has some thousands.
const mostVertexes = 20_000;
// A here-document is in a step's name, too.
const longestTitle = 1000;

/** Whether a vertex is a step of a Dockerfile: `[build 2/4] …`, or `[linux/amd64 build 2/4] …`. */
export function isStepName(name: string): boolean {
	return /^\[(?:[^\]]* )? *\d+\/\d+\] /.test(name);
}

/** Folds what BuildKit says of a build's vertexes to its steps. */
export class StepsSeen {
	readonly #seen = new Map<string, Seen>();
	readonly #titles = new Map<string, string>();

	add({ vertexes, statuses }: SolveStatus): void {
		for (const vertex of vertexes) {
			const title = titleOf(vertex);
			if (isStepName(title) && this.#titles.size < mostVertexes) this.#titles.set(vertex.digest, title);
			if (vertex.started !== undefined) this.#note(vertex, vertex.started);
		}
		for (const { id, vertex } of statuses) {
			const seen = this.#seen.get(vertex);
			if (seen !== undefined && /^(?:sha256:|extracting |pulling )/.test(id)) seen.fetched = true;
		}
	}

	/** The names of the vertexes that are steps, begun or not, by digest. */
	get titles(): ReadonlyMap<string, string> {
		return this.#titles;
	}

	/** The Dockerfile's steps in the order they began; what was never begun is none. */
	steps(): BuildStep[] {
		const members = Map.groupBy(this.#seen, ([, { name }]) => name);
		const begun = [...members]
			.filter(([name]) => isStepName(name))
			.map(([name, vertexes]) => {
				const seen = vertexes.map(([, each]) => each);
				const intervals = seen.flatMap((each) => [...each.intervals]).sort(([one], [other]) => one - other);
				return { name, seen, intervals };
			})
			.sort((one, other) => startOf(one.intervals) - startOf(other.intervals));
		const zero = startOf(begun[0]?.intervals ?? []);
		return begun.map(({ name, seen, intervals }) => ({
			name,
			state: stateOf(name, seen),
			startedAt: (startOf(intervals) - zero) / 1000,
			seconds: secondsOf(intervals),
		}));
	}

	#note(vertex: VertexUpdate, started: number): void {
		const { digest, completed, cached, error } = vertex;
		const known = this.#seen.get(digest);
		if (known === undefined && this.#seen.size >= mostVertexes) return;
		const seen = known ?? {
			name: titleOf(vertex),
			cached,
			error,
			open: true,
			fetched: false,
			intervals: new Map(),
		};
		this.#seen.set(digest, seen);
		// A cached step whose layer is only now fetched is begun and ended again, without that mark (seen with 0.25).
		seen.cached ||= cached;
		seen.error = error;
		seen.open = completed === undefined;
		seen.intervals.set(started, completed);
	}
}

function titleOf({ group, name }: VertexUpdate): string {
	return (group?.name ?? name).slice(0, longestTitle);
}

function stateOf(name: string, members: readonly Seen[]): BuildStep["state"] {
	const errors = members.map(({ error }) => error).filter((error) => error !== "");
	// BuildKit's own test (progressui, printVtx): a step that another's failure ended says "context canceled".
	if (errors.length > 0)
		return errors.every((error) => error.endsWith("context canceled")) ? "cancelled" : "failed";
	if (members.every(({ cached }) => cached)) return "cached";
	if (members.some(({ cached, open }) => open && !cached)) return "cancelled";
	// FROM only resolves a digest where the layers are there, or nobody needs them.
	return isFrom(name) && !members.some(({ fetched }) => fetched) ? "cached" : "ran";
}

/** Whether a step is the FROM of a stage. */
export function isFrom(name: string): boolean {
	return /^\[[^\]]*\] FROM /.test(name);
}

function startOf(intervals: readonly Interval[]): number {
	return intervals[0]?.[0] ?? 0;
}

// A step that is begun again overlaps itself at times.
function secondsOf(intervals: readonly Interval[]): number {
	let end = Number.NEGATIVE_INFINITY;
	let ms = 0;
	for (const [from, to] of intervals) {
		if (to === undefined || to <= end) continue;
		ms += to - Math.max(from, end);
		end = to;
	}
	return Math.max(0, ms) / 1000;
}
