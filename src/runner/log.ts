import * as core from "@actions/core";
import { unobeyed } from "./unobeyed.ts";

/** Where a job says what it does. Messages are one line each; the runner masks secrets in them. */
export interface Log {
	info(message: string): void;
	warning(message: string): void;
	debug(message: string): void;
	/** Lines that a reader opens if they want them. */
	group(title: string, lines: readonly string[]): void;
	/** An error that is shown at a line of a file. */
	annotate(annotation: Annotation): void;
}

/** What is wrong at a place of the repository; `file` is relative to the workspace, `line` counts from 1. */
export type Annotation = {
	readonly title: string;
	readonly message: string;
	readonly file: string;
	readonly line: number | null;
};

/** The runner's log: `core` escapes line breaks in warnings and errors; in plain lines that is done here. */
export const actionsLog: Log = {
	info: (message) => core.info(unobeyed(message)),
	warning: (message) => core.warning(message),
	debug: (message) => core.debug(message),
	group: (title, lines) => {
		core.startGroup(unobeyed(title));
		for (const line of lines) core.info(unobeyed(line));
		core.endGroup();
	},
	annotate: ({ title, message, file, line }) =>
		core.error(message, { title, file, ...(line === null ? {} : { startLine: line }) }),
};
