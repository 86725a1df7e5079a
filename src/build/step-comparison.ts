import { ancestorsOf, type Occasion, type Reason } from "./miss.ts";
import { changedFiles, changedValues, describeImages, quoted } from "./miss-words.ts";
import { type Match, matchSteps } from "./step-match.ts";
import type { Noted, StepRecord } from "./step-record.ts";

/** Two builds of one container, side by side. */
export class Comparison {
	readonly #now: Occasion;
	readonly #record: StepRecord;
	readonly #matches: readonly Match[];
	readonly #gone: ReadonlySet<number>;

	constructor(now: Occasion, record: StepRecord) {
		this.#now = now;
		this.#record = record;
		const { of, gone } = matchSteps(now.plan, record.steps);
		this.#matches = of;
		this.#gone = gone;
	}

	/** What about a step is other than it was, nearest causes first. */
	of(at: number): Reason {
		const ancestors = ancestorsOf(this.#now.plan, at);
		return (
			this.#images([...ancestors, at]) ??
			this.#words(at) ??
			this.#values(at) ??
			this.#before(ancestors) ??
			this.#removed(at) ??
			this.#files(at) ??
			this.#lost()
		);
	}

	#images(places: readonly number[]): Reason | undefined {
		for (const place of places) {
			const was = this.#was(place);
			if (was === undefined) continue;
			const images = this.#now.plan[place]?.images ?? [];
			const added = images.filter((image) => !was.images.includes(image));
			const dropped = was.images.filter((image) => !images.includes(image));
			if (added.length === 0 && dropped.length === 0) continue;
			return { cause: "base-image", detail: describeImages(dropped, added) };
		}
		return undefined;
	}

	#words(at: number): Reason | undefined {
		const match = this.#matches[at];
		if (match === undefined || match.kind === "same") return undefined;
		if (match.kind === "reworded") {
			const was = this.#record.steps[match.was]?.text ?? "";
			return { cause: "text", detail: `its text changed, it was ${quoted(was)}` };
		}
		const what = match.stageIsNew ? "its stage was not in the last build" : "it is a new step";
		return { cause: "never-built", detail: what };
	}

	#values(at: number): Reason | undefined {
		const now = this.#now.plan[at];
		const was = this.#was(at);
		if (now === undefined || was === undefined) return undefined;
		const names = new Set([...Object.keys(now.aspects), ...Object.keys(was.aspects)]);
		const changed = [...names].filter((name) => now.aspects[name] !== was.aspects[name]);
		if (changed.length === 0) return undefined;
		const variables = changed.filter((name) => name.startsWith("env.")).map((name) => name.slice(4));
		if (variables.length > 0) return changedValues(variables);
		const settings = changed.filter((name) => name !== "paths").join(", ");
		if (settings !== "") return { cause: "setting", detail: `what it runs with changed: ${settings}` };
		const used = new Set([...now.text.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name));
		const other = [...used].filter((name) => this.#now.values[name] !== this.#record.values[name]);
		return used.size > 0
			? changedValues(other.length > 0 ? other : [...used])
			: { cause: "setting", detail: "how it copies changed" };
	}

	#before(ancestors: readonly number[]): Reason | undefined {
		for (const place of ancestors) {
			const reason = this.#words(place) ?? this.#values(place);
			if (reason === undefined) continue;
			const { name = "" } = this.#now.plan[place] ?? {};
			return {
				cause: "earlier-stage",
				detail: `it builds upon ${name}, which the cache had, but ${reason.detail}`,
			};
		}
		return undefined;
	}

	#removed(at: number): Reason | undefined {
		const match = this.#matches[at];
		if (match?.kind !== "same") return undefined;
		const gone = ancestorsOf(this.#record.steps, match.was).find((place) => this.#gone.has(place));
		const text = gone === undefined ? undefined : this.#record.steps[gone]?.text;
		return text === undefined
			? undefined
			: { cause: "text", detail: `${quoted(text)} before it was taken out` };
	}

	#files(at: number): Reason | undefined {
		const { taken = [], remotes = [] } = this.#now.plan[at] ?? {};
		const [remote] = remotes;
		if (remote !== undefined)
			return {
				cause: "input-files",
				detail: `what ${remote.replace(/:\/\/[^/@\s]*@/, "://")} gives changed`,
			};
		if (taken.length === 0) return undefined;
		const [now, was] = [this.#now.listings[at], this.#was(at)?.listing];
		if (now === undefined || was === undefined) return changedFiles([]);
		const whole = now.complete && was.complete;
		const names = new Set([...Object.keys(now.files), ...(whole ? Object.keys(was.files) : [])]);
		const changed = [...names].filter((name) => {
			const [one, other] = [now.files[name], was.files[name]];
			return one !== other && (whole || (one !== undefined && other !== undefined));
		});
		return changed.length === 0 && whole ? undefined : changedFiles(changed.sort());
	}

	#lost(): Reason {
		const { cache } = this.#now;
		const why = {
			none: "there was no cache: the berth was removed, or its cache could not be used",
			min: "nothing about it changed, but cache-mode min keeps the image's own layers alone",
			max: "nothing about it changed, but the cache did not have it any more",
		};
		return { cause: "not-in-cache", detail: why[cache] };
	}

	#was(at: number): Noted | undefined {
		const match = this.#matches[at];
		return match === undefined || match.kind === "new" ? undefined : this.#record.steps[match.was];
	}
}
