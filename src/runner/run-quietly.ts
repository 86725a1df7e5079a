import { spawn } from "node:child_process";
import type { Ran, Run } from "./run.ts";

const keptBytes = 256 * 1024;

/** Runs programs outside of a step: with this environment, without a log, and ended when `told` says so. */
export function quietRunner(env: NodeJS.ProcessEnv, told: AbortSignal): Run {
	return (program, args, options = {}) =>
		new Promise<Ran>((resolve) => {
			const surroundings = { ...env, ...options.env };
			const child = spawn(program, args, {
				env: surroundings,
				signal: told,
				stdio: ["ignore", "pipe", "pipe"],
			});
			const said = { stdout: "", stderr: "" };
			for (const name of ["stdout", "stderr"] as const) {
				child[name].setEncoding("utf8");
				child[name].on("data", (text: string) => {
					said[name] = (said[name] + text).slice(-keptBytes);
				});
			}
			child.on("error", (error: NodeJS.ErrnoException) => {
				// The other error is that `told` ended it, which its closing tells, too.
				if (error.code === "ENOENT" || error.code === "EACCES") resolve({ kind: "not-found", program });
			});
			child.on("close", (code) => resolve({ kind: "exited", code: code ?? 1, ...said }));
		});
}
