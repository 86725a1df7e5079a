import { randomUUID } from "node:crypto";
import { exec } from "@actions/exec";
import { which } from "@actions/io";

/** How a program ended; a signal counts as code 1. `stdout` and `stderr` are the last 256 KiB of each. */
export type Ran =
	| { readonly kind: "exited"; readonly code: number; readonly stdout: string; readonly stderr: string }
	| { readonly kind: "not-found"; readonly program: string };

/** Runs a program with an argument array, never through a shell; `quiet` keeps it out of the log. */
export type Run = (
	program: string,
	args: readonly string[],
	options?: { readonly quiet?: boolean },
) => Promise<Ran>;

const keptBytes = 256 * 1024;

/** Runs programs as a step does: the command first, then its output as it comes. */
export const runInStep: Run = async (program, args, { quiet = false } = {}) => {
	const path = await which(program);
	if (path === "") return { kind: "not-found", program };
	const stdout = new Tail();
	const stderr = new Tail();
	let lineEnded = true;
	const into = (tail: Tail) => (data: Buffer) => {
		tail.add(data);
		if (!quiet) process.stdout.write(data);
		lineEnded = data.at(-1) === "\n".charCodeAt(0);
	};
	const listeners = { stdout: into(stdout), stderr: into(stderr) };
	// Neither what a build prints nor its arguments are for the runner to obey: a Dockerfile's "::error::" stays text,
	// and so does "##[save-state]" in a label made of a pull request's title (the runner reads that form anywhere).
	const resume = quiet ? "" : randomUUID();
	if (!quiet)
		process.stdout.write(`::stop-commands::${resume}\n[command]${[path, ...args].map(shown).join(" ")}\n`);
	try {
		const code = await exec(`"${path}"`, [...args], { silent: true, ignoreReturnCode: true, listeners });
		return { kind: "exited", code: code ?? 1, stdout: stdout.text(), stderr: stderr.text() };
	} finally {
		if (!quiet) process.stdout.write(`${lineEnded ? "" : "\n"}::${resume}::\n`);
	}
};

/** The last bytes of a stream: a build may print for hours. */
class Tail {
	#chunks: Buffer[] = [];
	#bytes = 0;

	add(chunk: Buffer): void {
		this.#chunks.push(chunk);
		this.#bytes += chunk.length;
		while (this.#bytes - (this.#chunks[0]?.length ?? 0) > keptBytes)
			this.#bytes -= this.#chunks.shift()?.length ?? 0;
	}

	text(): string {
		return Buffer.concat(this.#chunks).subarray(-keptBytes).toString("utf8");
	}
}

function shown(argument: string): string {
	return /^[\w@%+=:,./~-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
