import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBuilder } from "../build/builder.ts";
import type { Engine } from "../engine/engine.ts";
import { run } from "../throwaway/command.ts";
import { unpackPackages } from "../throwaway/debian-packages.ts";
import { startThrowawayEngine } from "../throwaway/engine.ts";

/** Where the demo plays; without a base of its own the sample takes one from a registry. */
export type Stage = {
	readonly env: NodeJS.ProcessEnv;
	readonly base: string | undefined;
	readonly leave: () => Promise<void>;
};

const ownBase = "berth-demo/base:latest";

/** What setting the stage needs; `say` is told what goes on, a line at a time. */
export type StageRequest = {
	readonly env: NodeJS.ProcessEnv;
	readonly engine: Engine;
	readonly say: (line: string) => void;
};

/** Finds an engine whose builder can export a cache: the one docker itself would use, else a throwaway one. */
export async function setStage(
	{ env, engine, say }: StageRequest,
	dir: string,
): Promise<Stage | { problem: string }> {
	const unfit = await whyUnfit(env, engine);
	if (unfit === undefined) {
		const base = await makeBase(await debianBusybox(), env, dir);
		return {
			env,
			base,
			leave: async () => void (base && (await run("docker", ["image", "rm", base], { env }))),
		};
	}
	say(`This machine's engine won't do (${unfit}): starting a throwaway one from Debian's packages`);
	const started = await startThrowawayEngine({ store: "containerd" });
	if (!started.ok) return { problem: `no engine to show this on: ${unfit}; and ${started.message}` };
	const { engine: own } = started;
	say(`Docker Engine ${own.engineVersion} runs until the demo ends`);
	const ownEnv = { ...env, ...own.env };
	return { env: ownEnv, base: await makeBase(own.busybox, ownEnv, dir), leave: own.stop };
}

// Elsewhere than on Debian there is none, and the sample's own base comes from a registry.
async function debianBusybox(): Promise<string | undefined> {
	const unpacked = await unpackPackages({ suite: "bookworm", names: ["busybox-static"] });
	return unpacked.ok ? join(unpacked.root, "bin", "busybox") : undefined;
}

async function whyUnfit(env: NodeJS.ProcessEnv, engine: Engine): Promise<string | undefined> {
	const answer = await engine.info();
	if (answer.kind === "unreachable") return "none answers";
	const found = await findBuilder(async (program, args) => {
		const { code, stdout, stderr } = await run(program, args, { env });
		return { kind: "exited", code: code ?? 1, stdout, stderr };
	}, undefined);
	if (found.kind === "none") return found.problem;
	return found.builder.exportsCache
		? undefined
		: "its builder can't export a cache on the graph-driver image store";
}

async function makeBase(
	busybox: string | undefined,
	env: NodeJS.ProcessEnv,
	dir: string,
): Promise<string | undefined> {
	if (busybox === undefined) return undefined;
	mkdirSync(dir);
	copyFileSync(busybox, join(dir, "busybox"));
	const steps = [
		"FROM scratch",
		"COPY busybox /bin/busybox",
		'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
	];
	writeFileSync(join(dir, "Dockerfile"), `${steps.join("\n")}\n`);
	const built = await run("docker", ["buildx", "build", "--quiet", "--load", "--tag", ownBase, dir], { env });
	return built.code === 0 ? ownBase : undefined;
}
