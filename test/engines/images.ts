import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/throwaway/command.ts";
import { docker } from "./docker.ts";
import type { TestEngine } from "./shared.ts";

/** An image to build upon that no registry has to serve. */
export const baseImageName = "berth-test/base:1";

/** Makes sure that the engine has the base image, busybox and its applets in /bin; resolves with its name. */
export async function baseImage(engine: TestEngine): Promise<string> {
	const isThere = async () => (await docker(engine, ["image", "inspect", baseImageName])).code === 0;
	if (await isThere()) return baseImageName;
	const work = await mkdtemp(join(tmpdir(), "berth-base-image-"));
	try {
		const archive = join(work, "root.tar");
		await busyboxRoot(engine, join(work, "root"));
		await busybox(engine, ["tar", "-cf", archive, "-C", join(work, "root"), "."]);
		const changes = ["--change", "ENV PATH=/bin", "--change", 'CMD ["/bin/sh"]'];
		// Imported, not built: the build cache stays as the test left it.
		const { code, stderr } = await docker(engine, ["import", ...changes, archive, baseImageName]);
		// Another test file that imports it at the same moment makes this fail, or is made to.
		if (code !== 0 && !(await isThere())) throw new Error(`the base image can't be imported: ${stderr}`);
	} finally {
		await rm(work, { recursive: true, force: true });
	}
	return baseImageName;
}

/**
 * Makes `dir` a build context that needs no registry: busybox on scratch, its applets installed, then
 * `steps`, one Dockerfile line each.
 */
export async function buildContext(
	dir: string,
	engine: TestEngine,
	steps: readonly string[] = [],
): Promise<void> {
	await mkdir(dir, { recursive: true });
	await copyFile(engine.busybox, join(dir, "busybox"));
	const install = ["FROM scratch", "COPY busybox /bin/", 'RUN ["/bin/busybox", "--install", "-s", "/bin"]'];
	await writeFile(join(dir, "Dockerfile"), `${[...install, ...steps].join("\n")}\n`);
}

async function busyboxRoot(engine: TestEngine, root: string): Promise<void> {
	await mkdir(join(root, "bin"), { recursive: true });
	await mkdir(join(root, "tmp"));
	await copyFile(engine.busybox, join(root, "bin", "busybox"));
	const applets = (await busybox(engine, ["--list"])).trim().split("\n");
	await Promise.all(
		applets.filter((name) => name !== "busybox").map((name) => symlink("busybox", join(root, "bin", name))),
	);
}

async function busybox(engine: TestEngine, args: readonly string[]): Promise<string> {
	const { code, stdout, stderr } = await run(engine.busybox, args);
	if (code !== 0) throw new Error(`busybox ${args.join(" ")} ended with ${code}: ${stderr}`);
	return stdout;
}
