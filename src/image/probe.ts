import { randomBytes } from "node:crypto";
import type { Engine } from "../engine/engine.ts";
import { Archive } from "./archive.ts";
import type { Digest } from "./digest.ts";
import { sha256 } from "./image.ts";
import { inOnePiece } from "./signals.ts";

/** The repository that probes lie in while they are asked; nobody has images of this name. */
export const probeRepository = "berth.invalid/probe";

// A probe lives for a fraction of a second; one that is older is of a process that was killed.
const staleMs = 10 * 60_000;

/**
 * Learns which blobs the containerd store has where its content service can't be reached: a tiny index with a manifest
 * for each blob, whose `Available` then tells (Engine 28, API 1.48). It is no image and never unpacked, its platform
 * being `unknown`. It is gone again when this returns; undefined where the engine is too old to tell.
 */
export async function probeBlobs(
	engine: Engine,
	blobs: readonly Digest[],
): Promise<ReadonlySet<Digest> | undefined> {
	await sweep(engine);
	const name = `${probeRepository}:${Date.now()}-${randomBytes(4).toString("hex")}`;
	return await inOnePiece(async () => {
		try {
			return await ask(engine, name, blobs);
		} finally {
			await engine.untag(name);
		}
	});
}

async function ask(
	engine: Engine,
	name: string,
	blobs: readonly Digest[],
): Promise<ReadonlySet<Digest> | undefined> {
	const manifests = new Map([...new Set(blobs)].map((blob) => [manifestOf(blob), blob]));
	const reply = await engine.load(new Archive(entriesOf(name, [...manifests.keys()])));
	const answer = reply.error === undefined ? await engine.image(name) : undefined;
	if (answer?.kind !== "found" || answer.image.manifests === undefined) return undefined;
	const available = new Set(
		answer.image.manifests.filter((each) => each.available).map(({ digest }) => digest),
	);
	return new Set([...manifests].filter(([text]) => available.has(digestOf(text))).map(([, blob]) => blob));
}

async function sweep(engine: Engine): Promise<void> {
	for (const tag of await engine.tagsOf(probeRepository)) {
		const since = Number(/:(\d+)-/.exec(tag)?.[1]);
		if (Date.now() - since > staleMs) await engine.untag(tag);
	}
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";

// An empty object for a config, as artifacts have it; it is sent along, so only the blob decides.
const empty = Buffer.from("{}");

function manifestOf(blob: Digest): string {
	const descriptor = {
		mediaType: "application/vnd.oci.empty.v1+json",
		digest: sha256(empty),
		size: empty.length,
	};
	const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: blob, size: 1 };
	return JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: descriptor, layers: [layer] });
}

function digestOf(manifest: string): Digest {
	return sha256(Buffer.from(manifest));
}

function entriesOf(name: string, manifests: readonly string[]): { name: string; content: Buffer }[] {
	const indexType = "application/vnd.oci.image.index.v1+json";
	const inner = JSON.stringify({
		schemaVersion: 2,
		mediaType: indexType,
		manifests: manifests.map((text) => ({
			mediaType: manifestType,
			digest: digestOf(text),
			size: Buffer.byteLength(text),
			platform: { os: "unknown", architecture: "unknown" },
		})),
	});
	const target = {
		mediaType: indexType,
		digest: digestOf(inner),
		size: Buffer.byteLength(inner),
		annotations: { "io.containerd.image.name": name },
	};
	const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [target] });
	const folder = randomBytes(8).toString("hex");
	return [
		...[empty.toString(), ...manifests, inner].map((text, at) => ({
			name: `${folder}/${at}`,
			content: Buffer.from(text),
		})),
		{ name: "oci-layout", content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
		{ name: "index.json", content: Buffer.from(index) },
	];
}
