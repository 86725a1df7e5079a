import * as core from "@actions/core";

/** Where a job says what it does. Messages are one line each; the runner masks secrets in them. */
export interface Log {
	info(message: string): void;
	warning(message: string): void;
	error(message: string): void;
	debug(message: string): void;
	/** Folds what is said meanwhile under a title. */
	group<T>(title: string, act: () => Promise<T>): Promise<T>;
}

/** The runner's log: `core` escapes line breaks in warnings and errors; in plain lines that is done here. */
export const actionsLog: Log = {
	info: (message) => core.info(oneLine(message)),
	warning: (message) => core.warning(message),
	error: (message) => core.error(message),
	debug: (message) => core.debug(message),
	group: (title, act) => core.group(oneLine(title), act),
};

// A name or an engine's message with a line break in it could otherwise say "::error::" or end a group; and "##[error]"
// the runner obeys anywhere in a line (actions/runner, ActionCommand.TryParse).
function oneLine(text: string): string {
	return text.replace(/[\r\n]+/g, " ⏎ ").replaceAll("##[", "## [");
}
