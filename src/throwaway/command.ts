import { type ExecFileException, execFile } from "node:child_process";

/** What a program left behind; `code` is null when it never ran, was killed or outlived its bound. */
export interface CommandResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Bounds and surroundings of one run. */
export interface CommandOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	readonly input?: string | Uint8Array;
	readonly timeoutMs?: number;
}

const defaultTimeoutMs = 300_000;
const maxOutputBytes = 64 * 1024 * 1024;

/** Runs a program without a shell and resolves with its outcome, whatever that is; never rejects. */
export function run(
	file: string,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<CommandResult> {
	const { input, timeoutMs = defaultTimeoutMs, ...surroundings } = options;
	return new Promise((resolve) => {
		const limits = { timeout: timeoutMs, maxBuffer: maxOutputBytes };
		const child = execFile(file, args, { ...surroundings, ...limits }, (error, stdout, stderr) => {
			resolve({ code: exitCode(error), stdout, stderr: stderr || (error?.message ?? "") });
		});
		// A program may end before it has read its input; its exit code tells what that meant.
		child.stdin?.on("error", () => undefined);
		child.stdin?.end(input);
	});
}

/** The last lines of a program's words, for a message. */
export function lastLines(text: string, count = 5): string {
	return text.trim().split("\n").slice(-count).join("\n");
}

function exitCode(error: ExecFileException | null): number | null {
	if (error === null) return 0;
	return typeof error.code === "number" ? error.code : null;
}
