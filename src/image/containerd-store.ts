import { randomBytes } from "node:crypto";
import type { Engine, LoadReply } from "../engine/engine.ts";
import { Archive, type Entry } from "./archive.ts";
import { type Digest, hexOf } from "./digest.ts";
import type { Image, Layer } from "./image.ts";
import { brokenReason, nameWasTaken, plainReason, unpackError } from "./load-reply.ts";
import { probeBlobs } from "./probe.ts";
import { inOnePiece } from "./signals.ts";
import type { Failed, Parcel, Seen, Sent, Store } from "./store.ts";

/**
 * The containerd image store. It takes an OCI archive without some of its blobs, and never checks whether it has them
 * (moby `daemon/containerd/image_exporter.go`, WithSkipMissing): so what is there is asked first, and afterwards it is
 * verified that the image is whole.
 */
export class ContainerdStore implements Store {
	readonly #engine: Engine;
	readonly #tellsAvailable: boolean;

	constructor(engine: Engine, version: string) {
		this.#engine = engine;
		// `?manifests=1` came with API 1.48. An older engine unpacks a probe, and keeps what it can't list.
		this.#tellsAvailable = Number.parseInt(version, 10) >= 28;
	}

	idOf({ manifest }: Image): string {
		return manifest.digest;
	}

	keyOf({ digest }: Layer): string {
		return digest;
	}

	async look({ image }: Parcel): Promise<Seen> {
		const [known, present] = await Promise.all([
			this.#engine.image(this.idOf(image)),
			this.#engine.blobs(blobsOf(image)),
		]);
		if (known.kind === "found" && isWhole(image, known.image.manifests, present))
			return { kind: "there", tags: known.image.tags };
		const layers = image.layers.map(({ digest }) => digest);
		const probed = present === undefined && this.#tellsAvailable;
		const there = probed ? await probeBlobs(this.#engine, layers) : present;
		if (there === undefined) return { kind: "unknown", reason: "the engine doesn't say which blobs it has" };
		return { kind: "lacks", layers: [...layers.keys()].filter((at) => !there.has(layers[at] as Digest)) };
	}

	send(parcel: Parcel, layers: readonly number[]): Promise<Sent> {
		// Between the engine's answer and the look at what came of it the name may be on half an image.
		return inOnePiece((told) => this.#send(parcel, layers, told));
	}

	async #send(parcel: Parcel, layers: readonly number[], told: AbortSignal): Promise<Sent> {
		const { image, reference } = parcel;
		const before = reference === undefined ? undefined : await this.#engine.image(reference);
		const archive = archiveOf(parcel, layers, told);
		const reply = await this.#engine.load(archive);
		// What was sent is there, only the name isn't on it; should the neighbour go on like that, all is sent once more.
		if (nameWasTaken(reply))
			return layers.length > 0
				? this.#send(parcel, [], told)
				: { kind: "doubtful", reason: plainReason(reply.error ?? "") };
		const unpacked = unpackError(reply);
		const failed = unpacked === undefined ? failure(archive, reply) : undefined;
		if (failed !== undefined) return failed;
		if (unpacked === undefined && (await this.#verify(image))) return { kind: "loaded" };
		// Whole or not, the name is on it now. It goes back to where it was before anything else is tried.
		await this.#retract(parcel, before?.kind === "found" ? before.image.id : undefined);
		const reason = unpacked ?? "the engine took it, but does not have all of it";
		return { kind: layers.length < image.layers.length ? "doubtful" : "failed", reason: plainReason(reason) };
	}

	async #verify(image: Image): Promise<boolean> {
		const known = await this.#engine.image(this.idOf(image));
		if (known.kind !== "found") return false;
		if (known.image.manifests !== undefined) return isWhole(image, known.image.manifests, undefined);
		const present = await this.#engine.blobs(blobsOf(image));
		// Where neither can be asked, everything was sent, and the engine has said that it unpacked it.
		return present === undefined || isWhole(image, undefined, present);
	}

	async #retract({ image, reference }: Parcel, before: string | undefined): Promise<void> {
		const name = reference ?? this.idOf(image);
		if (before === undefined || before === this.idOf(image)) await this.#engine.untag(name);
		else {
			await this.#engine.tag(before, name);
			const left = await this.#engine.image(this.idOf(image));
			// Its name gone to another, it would stay as a nameless one.
			if (left.kind === "found" && left.image.tags.length === 0) await this.#engine.untag(left.image.id);
		}
	}
}

function blobsOf({ manifest, config, layers }: Image): Digest[] {
	return [...new Set([manifest.digest, config.digest, ...layers.map(({ digest }) => digest)])];
}

function isWhole(
	image: Image,
	manifests: readonly { digest: string; available: boolean }[] | undefined,
	present: ReadonlySet<Digest> | undefined,
): boolean {
	if (manifests !== undefined)
		return manifests.some(({ digest, available }) => digest === image.manifest.digest && available);
	return present !== undefined && blobsOf(image).every((digest) => present.has(digest));
}

function failure({ fault }: Archive, reply: LoadReply): Failed | undefined {
	if (fault !== undefined) return { kind: "failed", reason: `has a blob that ${fault.reason}`, fault };
	if (reply.broken) return { kind: "failed", reason: brokenReason(reply) };
	return reply.error === undefined ? undefined : { kind: "failed", reason: plainReason(reply.error) };
}

// `index.json` comes last: an archive without it is refused before any image is made of it.
function archiveOf(
	{ image, reference, onBytes }: Parcel,
	sent: readonly number[],
	told: AbortSignal,
): Archive {
	const { manifest, config, layers, platform } = image;
	// The store takes any file for a blob, by its bytes. Its name is a lock on the way in (containerd
	// core/content/helpers.go): one that all uploads share would make each wait for the others.
	const folder = randomBytes(8).toString("hex");
	const blobs = new Map(layers.map((layer) => [layer.digest, layer]));
	const wanted = new Set(sent.map((at) => layers[at]?.digest));
	const index = {
		schemaVersion: 2,
		mediaType: "application/vnd.oci.image.index.v1+json",
		manifests: [
			{
				mediaType: manifest.mediaType,
				digest: manifest.digest,
				size: manifest.content.length,
				platform,
				...(reference === undefined ? {} : { annotations: { "io.containerd.image.name": reference } }),
			},
		],
	};
	const entries: Entry[] = [
		...[...blobs.values()]
			.filter(({ digest }) => wanted.has(digest))
			.map((blob): Entry => ({ name: `${folder}/${hexOf(blob.digest)}`, blob })),
		{ name: `${folder}/${hexOf(config.digest)}`, content: config.content },
		{ name: `${folder}/${hexOf(manifest.digest)}`, content: manifest.content },
		{ name: "oci-layout", content: Buffer.from('{"imageLayoutVersion":"1.0.0"}') },
		{ name: "index.json", content: Buffer.from(JSON.stringify(index)) },
	];
	return new Archive(entries, onBytes, told);
}
