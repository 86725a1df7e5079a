import { BuildLog } from "./build-log.ts";
import { parseSolveStatus } from "./solve-status.ts";
import type { Line } from "./step-log.ts";
import { type BuildStep, StepsSeen } from "./steps.ts";

const NEWLINE = "\n".charCodeAt(0);
const OPENING = "{".charCodeAt(0);
const CLOSING = "}".charCodeAt(0);
const NOTHING = Buffer.alloc(0);
// A message with the whole Dockerfile in a warning's source is the longest that BuildKit sends.
const longestMessage = 16 * 1024 * 1024;

/** Turns what `buildx build --progress=rawjson` says into a log for people, and notes the steps of the build. */
export class ProgressFilter {
	readonly #steps = new StepsSeen();
	readonly #log = new BuildLog();
	#open: Buffer[] = [];
	#openBytes = 0;
	#spread: Buffer[] = [];
	#spreadBytes = 0;
	#messages = 0;
	readonly #title: Line[];

	/** `instance` is what buildx would say first that it builds with. */
	constructor(instance?: { readonly name: string; readonly driver: string }) {
		const { name, driver } = instance ?? {};
		const title = `#0 building with ${JSON.stringify(name)} instance using ${driver} driver\n`;
		this.#title = instance === undefined ? [] : [Buffer.from(title)];
	}

	/** The text that stands for these bytes of buildx's stderr. */
	readonly write = (chunk: Buffer): Buffer => {
		const lines: Line[] = [];
		let rest = chunk;
		for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
			this.#open.push(rest.subarray(0, end));
			lines.push(...this.#line(this.#takeOpen()));
			rest = rest.subarray(end + 1);
		}
		if (rest.length > 0) this.#open.push(rest);
		this.#openBytes += rest.length;
		if (this.#openBytes > longestMessage) lines.push(this.#takeOpen().subarray(0, 1024));
		return joined(lines);
	};

	/** The same when nothing has come for a moment: what goes on, said so that nobody thinks that it hangs. */
	readonly idle = (): Buffer => joined(this.#log.begun());

	/** What is left to say when buildx has ended. */
	readonly end = (): Buffer => {
		const last = this.#takeOpen();
		const body = last.length === 0 ? [] : this.#line(last);
		return joined([...body, ...this.#gathered(), ...this.#log.end()]);
	};

	/** Whether buildx knew rawjson: it has sent at least one message. */
	get understood(): boolean {
		return this.#messages > 0;
	}

	/** The Dockerfile's steps so far. */
	steps(): BuildStep[] {
		return this.#steps.steps();
	}

	/** The names of the vertexes that are steps, by digest. */
	get titles(): ReadonlyMap<string, string> {
		return this.#steps.titles;
	}

	// buildx 0.13 spreads a message over many lines, the first and the last of them a brace alone.
	#line(line: Buffer): Line[] {
		const isBegin = this.#spread.length === 0 && line.length === 1 && line[0] === OPENING;
		if (!isBegin && this.#spread.length === 0) return this.#whole(line);
		this.#spread.push(line);
		this.#spreadBytes += line.length + 1;
		const isEnd = line.length === 1 && line[0] === CLOSING;
		return isEnd || this.#spreadBytes > longestMessage ? this.#gathered() : [];
	}

	#gathered(): Line[] {
		if (this.#spread.length === 0) return [];
		const whole = joined(this.#spread).subarray(0, -1);
		this.#spread = [];
		this.#spreadBytes = 0;
		return this.#whole(whole);
	}

	#whole(line: Buffer): Line[] {
		const status = parseSolveStatus(line.toString("utf8"));
		if (status !== undefined) {
			this.#messages += 1;
			this.#steps.add(status);
			return [...this.#title.splice(0), ...this.#log.add(status)];
		}
		// buildx's own words on how the build ended come last, after those of the steps.
		return [...(this.#messages > 0 ? this.#log.end() : []), line];
	}

	#takeOpen(): Buffer {
		const line = this.#open.length === 0 ? NOTHING : Buffer.concat(this.#open);
		this.#open = [];
		this.#openBytes = 0;
		return line;
	}
}

function joined(lines: readonly Line[]): Buffer {
	return lines.length === 0 ? NOTHING : Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
}
