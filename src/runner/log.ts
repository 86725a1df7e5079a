import * as core from "@actions/core";

/** Where a job says what it does. Messages are one line each; the runner masks secrets in them. */
export interface Log {
	info(message: string): void;
	warning(message: string): void;
	debug(message: string): void;
}

/** The runner's log: `core` escapes line breaks in warnings and errors; in plain lines that is done here. */
export const actionsLog: Log = {
	info: (message) => core.info(oneLine(message)),
	warning: (message) => core.warning(message),
	debug: (message) => core.debug(message),
};

// A name or an engine's message with a line break in it could otherwise say "::error::"; and "##[error]"
// the runner obeys anywhere in a line (actions/runner, ActionCommand.TryParse).
function oneLine(text: string): string {
	return text.replace(/[\r\n]+/g, " ⏎ ").replaceAll("##[", "## [");
}
