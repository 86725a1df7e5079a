/** Where a command says how it goes on, and what it came to. */
export type Console = {
	/** A line of the result. */
	readonly result: (line: string) => void;
	/** A line about what goes on, or went wrong. */
	readonly say: (line: string) => void;
	/** A line that the next one replaces; on anything but a terminal, a line like any other. */
	readonly progress: (line: string) => void;
	/** How many bytes go by between two lines of progress. */
	readonly stepBytes: number;
};

type Stream = { readonly isTTY?: boolean; readonly write: (text: string) => unknown };

/** Progress on a terminal, plain lines otherwise; with `json` standard output is left to the report. */
export function consoleOn({ stdout, stderr }: { stdout: Stream; stderr: Stream }, json: boolean): Console {
	const clear = stderr.isTTY === true ? "\r\x1b[K" : "";
	const say = (line: string) => void stderr.write(`${clear}${line}\n`);
	const result = (line: string) => {
		stderr.write(clear);
		stdout.write(`${line}\n`);
	};
	return {
		say,
		result: json ? say : result,
		progress: clear === "" ? say : (line) => void stderr.write(`${clear}${line}`),
		stepBytes: clear === "" ? 1_000_000_000 : 8_000_000,
	};
}
