import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";

/** How a program ended; `log` is its stdout and stderr as they came. */
export type Ended = { readonly code: number | null; readonly log: string };

/** A program that runs. */
export type Running = {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	/** Resolves once the log has the text; rejects if the program ends without having said it. */
	readonly says: (text: string) => Promise<void>;
};

/** Starts a file with this process's Node. */
export function startFile(
	file: string,
	args: readonly string[],
	options: { readonly env: NodeJS.ProcessEnv; readonly stdio?: StdioOptions },
): Running {
	const stdio = options.stdio ?? ["ignore", "pipe", "pipe"];
	const child = spawn(process.execPath, [file, ...args], { env: options.env, stdio });
	let log = "";
	const look: (() => void)[] = [];
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding("utf8").on("data", (text: string) => {
			log += text;
			for (const each of look) each();
		});
	const ended = new Promise<Ended>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, log }));
	});
	const says = (text: string) =>
		new Promise<void>((resolve, reject) => {
			const isSaid = () => log.includes(text) && resolve();
			look.push(isSaid);
			child.on("close", () => reject(new Error(`it ended without saying ${text}: ${log}`)));
			isSaid();
		});
	return { child, ended, says };
}

/** Runs a file with this process's Node to its end. */
export function runFile(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
	return startFile(file, args, { env }).ended;
}
