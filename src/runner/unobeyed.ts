/**
 * A text as one line of a log that the runner takes for nothing but text. A name or an engine's message with a line break
 * in it could otherwise say "::error::", as could one that begins so (after white space, too); and "##[error]" the runner
 * obeys anywhere in a line (actions/runner, ActionCommand.TryParse).
 */
export function unobeyed(text: string): string {
	const line = text.replace(/[\r\n]+/g, " ⏎ ").replaceAll("##[", "## [");
	return line.trimStart().startsWith("::") ? `⏎ ${line}` : line;
}
