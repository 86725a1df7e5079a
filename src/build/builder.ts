import type { Run } from "../runner/run.ts";

/** A buildx builder as `docker buildx inspect` describes it. */
export type Builder = {
	readonly name: string;
	/** `docker`, `docker-container`, `kubernetes`, `remote` or `cloud`. */
	readonly driver: string;
	/** Whether it can write a local cache. */
	readonly exportsCache: boolean;
};

/** The builder that a build will use, or one line that says why there is none and what to do. */
export type BuilderAnswer =
	| { readonly kind: "found"; readonly builder: Builder }
	| { readonly kind: "none"; readonly problem: string };

/** Asks buildx which builder a build will use; without a name that is buildx's own choice. */
export async function findBuilder(run: Run, name: string | undefined): Promise<BuilderAnswer> {
	const asked = await run("docker", ["buildx", "inspect", ...(name === undefined ? [] : [name])], {
		quiet: true,
	});
	if (asked.kind === "not-found") {
		return none("docker is not on PATH: install the Docker CLI with its buildx plugin on this runner");
	}
	if (asked.code === 0) {
		const builder = parseBuilder(asked.stdout);
		// An engine that doesn't answer leaves buildx without a driver, yet it exits with 0.
		if (builder.driver !== "") return { kind: "found", builder };
		return none(
			`${subject(name)} can't be reached: ${fieldOf(asked.stdout, "Error")}; start the engine, or set DOCKER_HOST to one that runs`,
		);
	}
	const version = await run("docker", ["buildx", "version"], { quiet: true });
	if (version.kind === "exited" && version.code !== 0) {
		return none(
			"docker buildx is not installed: add docker/setup-buildx-action before this step, or install the docker-buildx plugin",
		);
	}
	return none(
		`${subject(name)} can't be used: ${lastLine(asked.stderr)}; "docker buildx ls" lists those that can`,
	);
}

/** Reads what `docker buildx inspect` prints; pure. */
export function parseBuilder(text: string): Builder {
	const driver = fieldOf(text, "Driver");
	// The engine's own builder has a snapshotter where its image store is containerd's, and can export only there
	// (buildx driver/docker/driver.go, Features); on the graph driver it has a host gateway label alone.
	const exportsCache = driver !== "docker" || text.includes("org.mobyproject.buildkit.worker.snapshotter:");
	return { name: fieldOf(text, "Name"), driver, exportsCache };
}

function fieldOf(text: string, name: string): string {
	return new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
}

function subject(name: string | undefined): string {
	return name === undefined ? "the current builder" : `builder: ${JSON.stringify(name)}`;
}

function none(problem: string): BuilderAnswer {
	return { kind: "none", problem };
}

function lastLine(text: string): string {
	return (
		text
			.trim()
			.split("\n")
			.at(-1)
			?.replace(/^ERROR: /, "") ?? ""
	);
}
