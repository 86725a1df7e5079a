/** A build upon a base image of a registry, and Berth pinning what it used. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type BaseImage, baseImages } from "../../src/build/base-images.ts";
import { dockerEngine } from "../../src/engine/dockerode-engine.ts";
import { dockerUpkeep } from "../../src/engine/dockerode-upkeep.ts";
import type { Digest } from "../../src/image/digest.ts";
import { type PinRequest, pinBases } from "../../src/jobs/pin-bases.ts";
import { type RunWatched, runWatched } from "../../src/runner/run-watched.ts";
import { dockerOrThrow, type TestEngine } from "../engines/index.ts";
import { here, imageOf, layerOf, tarOf } from "../image/fixtures.ts";
import { type BaseRegistry, startBaseRegistry } from "./base-registry.ts";

/** Whether the suite's buildx is older than 0.14, and doesn't tell what a build used; its engine keeps images all the same. */
export const tellsNothing = ["trixie", "bookworm"].includes(process.env["BERTH_TEST_SUITE"] ?? "");

/** Puts the scene up, with a base image that no other test has. */
export async function newPinScene(t: Pick<TestContext, "after">, engine: TestEngine): Promise<PinScene> {
	const registry = await startBaseRegistry(t);
	const nonce = `berth-pin-${randomBytes(6).toString("hex")}`;
	const image = imageOf([await layerOf({ [nonce]: randomBytes(200_000) })]);
	const digest = registry.put(`${nonce}:1`, image);
	return new PinScene({ engine, registry, nonce, digest });
}

export class PinScene {
	readonly engine: TestEngine;
	readonly registry: BaseRegistry;
	readonly nonce: string;
	/** Of the base image's index. */
	readonly digest: Digest;
	readonly said: string[] = [];
	readonly #env: NodeJS.ProcessEnv;

	constructor({
		engine,
		registry,
		nonce,
		digest,
	}: Pick<PinScene, "engine" | "registry" | "nonce" | "digest">) {
		this.engine = engine;
		this.registry = registry;
		this.nonce = nonce;
		this.digest = digest;
		this.#env = { ...process.env, ...engine.env };
	}

	get upkeep() {
		return dockerUpkeep(this.#env);
	}

	/** The base image's name without a tag. */
	get repository(): string {
		return `${this.registry.address}/${this.nonce}`;
	}

	/** As a build by the engine's own builder tells of it. */
	get base(): BaseImage {
		const platforms = [`${here.os}/${here.architecture}`];
		return { name: this.repository, tag: "1", digest: this.digest, platforms };
	}

	/** Gives the engine an image that no registry has. */
	async import(name: string): Promise<void> {
		const input = await tarOf([{ name: this.nonce, content: randomBytes(1000) }]);
		await dockerOrThrow(this.engine, ["import", "-", name], { input });
	}

	docker(...args: readonly string[]): Promise<string> {
		return dockerOrThrow(this.engine, args);
	}

	/** Builds upon an image; what Berth reads of it. */
	async build(from: string): Promise<readonly BaseImage[]> {
		const dir = mkdtempSync(join(tmpdir(), "berth-pin-"));
		try {
			writeFileSync(join(dir, "Dockerfile"), `FROM ${from}\nCOPY Dockerfile /copied\n`);
			const metadata = join(dir, "metadata.json");
			await this.docker(
				"buildx",
				"build",
				"-q",
				"--load",
				"-t",
				`${this.nonce}:app`,
				"--metadata-file",
				metadata,
				dir,
			);
			const told = baseImages(readFileSync(metadata, "utf8"));
			return told.length === 0 && tellsNothing ? [this.base] : told;
		} finally {
			rmSync(dir, { recursive: true });
		}
	}

	/** Pins as Berth does after a build, reaching the engine itself at `host`; the names. */
	async pin(
		bases: readonly BaseImage[],
		{ host = this.engine.host, ...how }: Partial<PinRequest> & { readonly host?: string } = {},
	): Promise<readonly string[]> {
		const engine = dockerEngine({ ...this.#env, DOCKER_HOST: host });
		const answer = await engine.info();
		if (answer.kind !== "reachable") throw new Error(answer.problem);
		const say = (kind: string) => (line: string) => void this.said.push(`${kind}: ${line}`);
		const silent = { group: () => undefined, annotate: () => undefined };
		const log = { info: say("info"), warning: say("warning"), debug: say("debug"), ...silent };
		const tools = { engine, upkeep: this.upkeep, runWatched: this.#runWatched, log };
		return pinBases(bases, { keep: "free", ownBuilder: true, info: answer.info, ...how }, tools);
	}

	/** All names and digests by which the engine knows an image; none if it doesn't. */
	async namesOf(image: string): Promise<readonly string[]> {
		const found = await this.upkeep.details(image);
		if (found === undefined || "kind" in found) return [];
		return [...new Set([...found.tags, ...found.digests])].sort();
	}

	readonly #runWatched: RunWatched = (program, args, watcher) => {
		const settings = Object.entries(this.engine.env).map(([name, value]) => `${name}=${value}`);
		return runWatched("env", [...settings, join(this.engine.binDir, program), ...args], watcher);
	};
}
