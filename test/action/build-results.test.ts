import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { dockerOrThrow } from "../engines/index.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { built, newScene, succeeded } from "./scene.ts";
import type { StepResult } from "./step.ts";

describe("where the result goes", { concurrency: 3 }, () => {
	it("is a tar archive, where outputs says so, and not the engine", async (t) => {
		const scene = await newScene(t);
		const archive = join(scene.dir, "root.tar");
		const inputs = { context: scene.context(), outputs: `type=tar,dest=${archive}`, tags: scene.nonce };
		const main = await built(scene, inputs);
		assert.ok(existsSync(archive));
		assert.doesNotMatch(commandOf(main), / --load /);
		assert.equal(await dockerOrThrow(scene.engine, ["image", "ls", "--quiet", scene.nonce]), "");
	});

	it("is an OCI layout with annotations, and without attestations where these are turned off", async (t) => {
		const scene = await newScene(t);
		const layout = join(scene.dir, "layout");
		const inputs = {
			context: scene.context(),
			outputs: `type=oci,tar=false,dest=${layout}`,
			annotations: "org.example.title=a, b",
			provenance: "false",
			sbom: "false",
		};
		const { digest, imageid } = (await built(scene, inputs)).outputs;
		const manifests = manifestsOf(layout);
		assert.equal(manifests.length, 1);
		assert.deepEqual(manifests[0]?.annotations, { "org.example.title": "a, b" });
		assert.equal(manifests[0]?.digest, digest);
		assert.equal(manifests[0]?.config.digest, imageid);
	});

	it("has a provenance that names the workflow run", async (t) => {
		const scene = await newScene(t);
		const layout = join(scene.dir, "layout");
		await built(scene, {
			context: scene.context(),
			outputs: `type=oci,tar=false,dest=${layout}`,
			provenance: "mode=max",
		});
		const texts = blobs(layout).map((path) => readFileSync(path, "utf8"));
		const run = /https:\/\/github\.example\/owner\/repository\/actions\/runs\/\d+\/attempts\/1/;
		assert.ok(texts.some((text) => text.includes("slsa.dev/provenance") && run.test(text)));
	});

	it("is the engine by default, without tags too, and load: false leaves that to buildx", async (t) => {
		const scene = await newScene(t);
		const main = await built(scene, { context: scene.context() });
		assert.match(commandOf(main), / --load /);
		await dockerOrThrow(scene.engine, ["image", "inspect", main.outputs["digest"] ?? ""]);
		await dockerOrThrow(scene.engine, ["image", "rm", main.outputs["digest"] ?? ""]);
		const other = await built(scene, { context: scene.context(), load: "false", outputs: "type=cacheonly" });
		assert.doesNotMatch(commandOf(other), / --load /);
	});
});

describe("a registry", () => {
	let registry: Registry;

	before(async () => {
		registry = await startRegistry();
	});
	after(() => registry.stop());

	it("gets the image that is pushed, under the digest in the output", async (t) => {
		const scene = await newScene(t);
		const name = `${registry.address}/berth-test/${scene.nonce}`;
		const main = await built(scene, { context: scene.context(), push: "true", tags: `${name}:1\n${name}:2` });
		for (const tag of ["1", "2"]) {
			const url = `http://${registry.address}/v2/berth-test/${scene.nonce}/manifests/${tag}`;
			const accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";
			const answer = await fetch(url, { headers: { accept } });
			assert.equal(answer.headers.get("docker-content-digest"), main.outputs["digest"]);
		}
	});

	it("can hold a cache beside the berth, for machines that have none", async (t) => {
		const scene = await newScene(t);
		const ref = `type=registry,ref=${registry.address}/berth-test/cache:${scene.nonce}`;
		const context = scene.context(["RUN echo @ | tee /one"]);
		const said = new RegExp(`^#\\d+ [\\d.]+ ${scene.nonce}$`, "m");
		const filling = await built(scene, { context, "cache-to": `${ref},mode=max`, outputs: "type=cacheonly" });
		assert.match(filling.log, said);
		const elsewhere = await newScene(t, "overlay2");
		const { main } = await elsewhere.run({ context, "cache-from": ref });
		succeeded(main);
		assert.equal(main.outputs["cache-hit"], "false");
		assert.doesNotMatch(main.log, said);
	});
});

function commandOf({ log }: StepResult): string {
	return /^\[command\].*$/m.exec(log)?.[0] ?? assert.fail(log);
}

function blobs(layout: string): string[] {
	const dir = join(layout, "blobs", "sha256");
	return readdirSync(dir).map((name) => join(dir, name));
}

type Manifest = {
	readonly config: { readonly digest: string };
	readonly annotations?: Record<string, string>;
};

function manifestsOf(layout: string): (Manifest & { digest: string })[] {
	const index = JSON.parse(readFileSync(join(layout, "index.json"), "utf8")) as {
		manifests: { digest: string }[];
	};
	return index.manifests.map(({ digest }) => {
		const path = join(layout, "blobs", "sha256", digest.slice("sha256:".length));
		return { ...(JSON.parse(readFileSync(path, "utf8")) as Manifest), digest };
	});
}
