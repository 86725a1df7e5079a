import { join } from "node:path";
import { type CommandOptions, type CommandResult, run } from "../../src/throwaway/command.ts";
import type { TestEngine } from "./shared.ts";

/** Runs the engine's own `docker` against it; `options.env` is added to the environment. */
export function docker(
	engine: TestEngine,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<CommandResult> {
	const env = { ...process.env, ...engine.env, ...options.env };
	return run(join(engine.binDir, "docker"), args, { ...options, env });
}

/** The same where failure is not expected: resolves with the trimmed stdout, else throws. */
export async function dockerOrThrow(
	engine: TestEngine,
	args: readonly string[],
	options: CommandOptions = {},
): Promise<string> {
	const { code, stdout, stderr } = await docker(engine, args, options);
	if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr}`);
	return stdout.trim();
}

/** Empties the build cache of the engine's own builder. */
export async function emptyBuilder(engine: TestEngine): Promise<void> {
	await dockerOrThrow(engine, ["buildx", "prune", "--all", "--force"]);
}
