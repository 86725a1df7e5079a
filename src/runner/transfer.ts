import { Transform } from "node:stream";

/** How long a download is borne with: a server that stalls must not hang a step for hours. */
export type Patience = {
	readonly attempts: number;
	/** Before the second attempt; doubled before each further one. */
	readonly pauseMs: number;
	/** Without a single byte. */
	readonly stallMs: number;
	/** For the whole of one attempt. */
	readonly totalMs: number;
};

/** With a server that says nothing a minute and a half in all; with one that trickles half an hour. */
export const usualPatience: Patience = { attempts: 3, pauseMs: 1000, stallMs: 30_000, totalMs: 600_000 };

/** Many times what a release of today has. */
const mostBytes = 512 * 1024 * 1024;

/** One attempt at a download: ended when it stalls, lasts too long or brings too much, and then knows which. */
export class Transfer {
	readonly #controller = new AbortController();
	readonly #patience: Patience;
	readonly #total: NodeJS.Timeout;
	#stall: NodeJS.Timeout | undefined;
	#bytes = 0;
	#expected: number | undefined;
	#whyStopped: string | undefined;

	constructor(patience: Patience) {
		this.#patience = patience;
		const { totalMs } = patience;
		this.#total = setTimeout(() => this.#stop(`not done within ${totalMs / 1000} s`), totalMs);
		this.note(0);
	}

	get signal(): AbortSignal {
		return this.#controller.signal;
	}

	/** Why it was ended before its time, if it was. */
	get whyStopped(): string | undefined {
		return this.#whyStopped;
	}

	/** How far it came, for a reader who wonders. */
	get progress(): string {
		const of = this.#expected === undefined ? "" : ` of ${this.#expected}`;
		return this.#bytes === 0 && of === "" ? "" : `, after ${this.#bytes}${of} bytes`;
	}

	/** Takes the server's word for the length; NaN where it gave none. */
	expect(bytes: number): void {
		if (Number.isSafeInteger(bytes)) this.#expected = bytes;
	}

	/** Notes a sign of life. */
	note(bytes: number): void {
		this.#bytes += bytes;
		clearTimeout(this.#stall);
		if (this.#bytes > mostBytes) this.#stop(`more than ${mostBytes} bytes`);
		const { stallMs } = this.#patience;
		this.#stall = setTimeout(() => this.#stop(`nothing came for ${stallMs / 1000} s`), stallMs);
	}

	/** A stream that notes what passes. */
	counting(): Transform {
		return new Transform({
			transform: (chunk: Buffer, _encoding, done) => {
				this.note(chunk.length);
				done(null, chunk);
			},
		});
	}

	/** Lets go of the timers. */
	end(): void {
		clearTimeout(this.#total);
		clearTimeout(this.#stall);
	}

	#stop(why: string): void {
		this.#whyStopped ??= why;
		this.#controller.abort();
	}
}
