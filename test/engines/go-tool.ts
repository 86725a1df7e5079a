import { access, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/throwaway/command.ts";
import { enginesCache } from "../../src/throwaway/debian-packages.ts";

/** A program from the Go module proxy. */
export interface GoTool {
	readonly name: string;
	readonly module: string;
	readonly version: string;
	/** The folder of the main package in the module. */
	readonly folder: string;
}

const buildBoundMs = 1_800_000;

/** Path of the program, built on the first call and kept with the engines' packages. */
export async function goTool({ name, module, version, folder }: GoTool): Promise<string> {
	const home = join(enginesCache(), "go", `${name}@${version}`);
	const file = join(home, name);
	if (await exists(file)) return file;
	await mkdir(home, { recursive: true });
	const work = await mkdtemp(join(home, ".building-"));
	try {
		const source = await goModule({ module, version }, work);
		// Built as the main module, by its own go.sum: `go install` refuses modules with exclude directives.
		await go(["build", "-C", source, "-mod=readonly", "-o", join(work, name), folder], work);
		await rename(join(work, name), file);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
	return file;
}

/** The folder in which Go keeps a module's source, downloaded if need be. */
export async function goModule(
	{ module, version }: Pick<GoTool, "module" | "version">,
	cwd = tmpdir(),
): Promise<string> {
	const { Dir } = JSON.parse(await go(["mod", "download", "-json", `${module}@${version}`], cwd)) as {
		Dir: string;
	};
	return Dir;
}

async function go(args: readonly string[], cwd: string): Promise<string> {
	const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off" };
	const { code, stdout, stderr } = await run("go", args, { cwd, env, timeoutMs: buildBoundMs });
	if (code !== 0) throw new Error(`go ${args.join(" ")} ended with ${code}: ${stderr}`);
	return stdout;
}

function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
