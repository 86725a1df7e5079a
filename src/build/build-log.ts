import { isCancelled, newShown, type Shown, verdictOn } from "./shown-vertex.ts";
import type { SolveStatus, VertexUpdate } from "./solve-status.ts";
import type { Line } from "./step-log.ts";

// After so many lines of others a reader has forgotten which step #5 was.
const farAway = 25;
const mostVertexes = 20_000;
const mostWarnings = 100;

/**
 * Tells of a build in the words of `--progress=plain` (buildkit, progressui/printer.go), as it goes on. Bounded: of
 * each vertex it keeps the last few lines, and of a line that is not ended yet 64 KiB.
 */
export class BuildLog {
	readonly #shown = new Map<string, Shown>();
	readonly #groupOf = new Map<string, string>();
	readonly #failed: Shown[] = [];
	readonly #warnings = new Set<string>();
	#current: Shown | undefined;
	#ended: Shown | undefined;
	#said = 0;
	#lines: Line[] = [];

	/** The lines that a message adds to the log. */
	add({ vertexes, statuses, logs, warnings }: SolveStatus): Line[] {
		const changed = new Set(vertexes.flatMap((vertex) => this.#note(vertex) ?? []));
		for (const { vertex, short } of warnings) this.#warn(vertex, short);
		for (const log of logs) {
			const shown = this.#find(log.vertex);
			if (shown !== undefined) this.#print(shown, shown.lines.add(log, shown.since));
		}
		for (const status of statuses) {
			const shown = this.#find(status.vertex);
			if (shown !== undefined) this.#print(shown, shown.statuses.add(status));
		}
		for (const shown of changed) this.#progress(shown);
		return this.#take();
	}

	/** What goes on and nobody spoke of yet; to be asked for when nothing has come for a moment. */
	begun(): Line[] {
		this.#moveTo(undefined);
		for (const shown of this.#shown.values()) this.#print(shown, shown.statuses.begun());
		return this.#take();
	}

	/** What buildx leaves unsaid with rawjson: the last words of the steps that failed, and the warnings. */
	end(): Line[] {
		this.#moveTo(undefined);
		for (const shown of this.#shown.values()) this.#print(shown, shown.lines.end());
		for (const { name, lines } of this.#failed.splice(0))
			this.#lines.push(text("------"), text(` > ${name}:`), ...lines.last, text("------"));
		const warnings = [...this.#warnings].map((each) => text(` - ${each}`));
		this.#warnings.clear();
		const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
		if (warnings.length > 0) this.#lines.push(text(""), text(` ${count} found:`), ...warnings);
		return this.#take();
	}

	#note(vertex: VertexUpdate): Shown | undefined {
		const { group, started, completed, cached } = vertex;
		if (group !== undefined) this.#groupOf.set(vertex.digest, group.id);
		const id = group?.id ?? vertex.digest;
		const known = this.#shown.get(id);
		if (started === undefined || (known === undefined && this.#shown.size >= mostVertexes)) return undefined;
		const shown = known ?? newShown(this.#shown.size + 1, vertex);
		this.#shown.set(id, shown);
		const isNews =
			known === undefined ||
			shown.since !== started ||
			shown.update.completed !== completed ||
			shown.cached !== cached;
		shown.since = started;
		shown.update = vertex;
		// A cached step whose layer is only now fetched is begun and ended again, without that mark (seen with 0.25).
		shown.cached ||= cached;
		if (isNews && completed !== undefined) shown.ranMs += completed - started;
		return isNews ? shown : undefined;
	}

	#progress(shown: Shown): void {
		const { completed, error } = shown.update;
		if (shown.lastLine === undefined) this.#head(shown);
		if (completed === undefined) {
			if (this.#ended === shown) this.#ended = undefined;
			return;
		}
		this.#moveTo(shown);
		this.#ended = shown;
		if (error !== "" && !isCancelled(error) && !this.#failed.includes(shown)) this.#failed.push(shown);
	}

	// Many a vertex is begun again at once, so its end is told when the log turns to another, or nothing comes.
	#moveTo(shown: Shown | undefined): void {
		const ended = this.#ended;
		if (ended === undefined || ended === shown) return;
		this.#ended = undefined;
		const verdict = verdictOn(ended);
		const said = [...ended.statuses.begun(), ...ended.lines.end()];
		if (said.length === 0 && ended.verdict === verdict) return;
		ended.verdict = verdict;
		this.#print(ended, [...said, text(verdict)]);
	}

	#warn(vertex: string, short: string): void {
		const line = short.replace(/[\r\n]+/g, " ");
		if (this.#warnings.has(line) || this.#warnings.size >= mostWarnings) return;
		this.#warnings.add(line);
		const shown = this.#find(vertex);
		if (shown !== undefined) this.#print(shown, [text(`WARN: ${line}`)]);
	}

	#find(digest: string): Shown | undefined {
		return this.#shown.get(this.#groupOf.get(digest) ?? digest);
	}

	#print(shown: Shown, body: readonly Line[]): void {
		if (body.length === 0) return;
		this.#moveTo(shown);
		const { lastLine } = shown;
		const isFar = lastLine === undefined || this.#said - lastLine > farAway;
		// Two at once: their numbers tell them apart.
		if (shown !== this.#current && isFar) this.#head(shown);
		for (const line of body) this.#lines.push(Buffer.concat([text(`#${shown.number} `), line]));
		this.#said += body.length;
		this.#current = shown;
		shown.lastLine = this.#said;
	}

	#head(shown: Shown): void {
		this.#moveTo(shown);
		if (this.#said > 0) this.#lines.push(text(""));
		this.#lines.push(text(`#${shown.number} ${shown.name}`));
		this.#said += 1;
		this.#current = shown;
		shown.lastLine = this.#said;
	}

	#take(): Line[] {
		const lines = this.#lines;
		this.#lines = [];
		return lines;
	}
}

function text(line: string): Line {
	return Buffer.from(line);
}
