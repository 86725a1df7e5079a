/** A workflow command as the runner reads it out of a step's log. */
export type Command = { readonly name: string; readonly properties: string; readonly data: string };

const known = new Set([
	...["add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice"],
	...["remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning"],
]);

/**
 * The commands in a log that the runner obeys: `::name::data` at the start of a line, `##[name]data` anywhere in
 * one, none between `stop-commands` and its token (actions/runner, ActionCommand.cs and ActionCommandManager.cs).
 */
export function obeyedCommands(log: string): Command[] {
	const obeyed: Command[] = [];
	let token: string | undefined;
	for (const line of log.split(/\r?\n/)) {
		const command = commandIn(line, token);
		if (command === undefined) continue;
		if (token !== undefined) {
			if (command.name === token) token = undefined;
		} else if (command.name === "stop-commands") token = command.data;
		else obeyed.push(command);
	}
	return obeyed;
}

function commandIn(line: string, token: string | undefined): Command | undefined {
	const isCommand = (name: string | undefined) =>
		name !== undefined && (known.has(name.toLowerCase()) || name === token);
	for (const form of [/^\s*::([^ :]*)(?: (.*?))?::(.*)$/, /##\[([^ \]]*)(?: ([^\]]*))?\](.*)$/]) {
		const [, name, properties = "", data = ""] = form.exec(line) ?? [];
		if (name !== undefined && isCommand(name)) return { name, properties, data: unescaped(data) };
	}
	return undefined;
}

function unescaped(data: string): string {
	return data.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}
