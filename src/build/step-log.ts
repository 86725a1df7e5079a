import type { LogUpdate, StatusUpdate } from "./solve-status.ts";

/** A line of the log, without its `#5 ` and its end. */
export type Line = Buffer;

const NEWLINE = "\n".charCodeAt(0);
const longestLine = 64 * 1024;
const keptLines = 10;
const longestKept = 2048;
// BuildKit's own measure of what is worth a line (progressui/printer.go).
const leastProgress = 0.05;
const leastMs = 5000;
const mostStatuses = 10_000;

/** The lines that one vertex prints, cut at line ends whatever the pieces they come in. */
export class StepLines {
	#open: Buffer[] = [];
	#openBytes = 0;
	#stamp = "";
	#last: Line[] = [];

	/** The lines that `log` ends; `since` is when the vertex began. */
	add({ data, at }: LogUpdate, since: number): Line[] {
		const lines: Line[] = [];
		let rest = data;
		while (rest.length > 0) {
			if (this.#openBytes === 0) this.#stamp = stampOf(Math.max(0, at - since) / 1000);
			const end = rest.indexOf(NEWLINE);
			const taken = end === -1 ? rest : rest.subarray(0, end);
			this.#open.push(taken);
			this.#openBytes += taken.length + 1;
			if (end !== -1 || this.#openBytes > longestLine) lines.push(...this.end());
			rest = end === -1 ? Buffer.alloc(0) : rest.subarray(end + 1);
		}
		return lines;
	}

	/** The line that nothing ended. */
	end(): Line[] {
		if (this.#openBytes === 0) return [];
		const line = Buffer.concat([Buffer.from(`${this.#stamp} `), ...this.#open]);
		this.#open = [];
		this.#openBytes = 0;
		this.#last = [...this.#last.slice(1 - keptLines), line.subarray(0, longestKept)];
		return [line];
	}

	/** The last few lines, to be shown again where the build fails. */
	get last(): readonly Line[] {
		return this.#last;
	}
}

// The precision of BuildKit's own log (progressui/display.go).
function stampOf(seconds: number): string {
	return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
}

/** The parts of one vertex's work: layers, files. Says of each when it begins, that it goes on, and when it ends. */
export class StepStatuses {
	readonly #said = new Map<string, { current: number; at: number }>();
	readonly #waiting = new Map<string, StatusUpdate>();

	/** The line that this update is worth, if it is worth one now. */
	add(status: StatusUpdate): Line[] {
		const said = this.#said.get(status.id);
		if (said === undefined && this.#said.size >= mostStatuses) return [];
		if (status.completed !== undefined) return this.#say(status);
		if (said === undefined) {
			// Most are done at once, and their end says it all.
			this.#waiting.set(status.id, status);
			return [];
		}
		const progress = status.total > 0 ? (status.current - said.current) / status.total : 0;
		return progress < leastProgress && status.at - said.at < leastMs ? [] : this.#say(status);
	}

	/** The lines of what goes on and was not spoken of yet. */
	begun(): Line[] {
		return [...this.#waiting.values()].flatMap((status) => this.#say(status));
	}

	#say(status: StatusUpdate): Line[] {
		const { id, current, at } = status;
		this.#said.set(id, { current, at });
		this.#waiting.delete(id);
		return [Buffer.from(describe(status))];
	}
}

function describe({ id, current, total, at, started, completed }: StatusUpdate): string {
	const bytes =
		total > 0 ? ` ${unitsOf(current)} / ${unitsOf(total)}` : current > 0 ? ` ${unitsOf(current)}` : "";
	const seconds = started === undefined ? 0 : ((completed ?? at) - started) / 1000;
	const took = seconds > 0.01 ? ` ${seconds.toFixed(1)}s` : "";
	return `${id}${bytes}${took}${completed === undefined ? "" : " done"}`;
}

// As tonistiigi/units prints "%.2f": 339B, 14.90kB.
function unitsOf(bytes: number): string {
	const names = ["B", "kB", "MB", "GB", "TB"];
	const power = Math.min(names.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
	return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 2)}${names[power]}`;
}
