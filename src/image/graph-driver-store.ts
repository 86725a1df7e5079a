import type { Engine, LoadReply } from "../engine/engine.ts";
import { type ArchiveStream, type Entry, streamArchive } from "./archive-stream.ts";
import { hexOf } from "./digest.ts";
import type { Image, Layer } from "./image.ts";
import { brokenReason, plainReason } from "./load-reply.ts";
import type { Failed, Parcel, Seen, Sent, Store } from "./store.ts";

/**
 * The graph driver (overlay2). It looks each layer of an archive up by its chain id and opens the file only if it has
 * none (moby 20.10 to 28 `image/tarexport/load.go`). So a load without layer files either is the whole load, or names
 * the first layer it lacks: as a layer keeps those below it, that one and all above it are missing.
 */
export class GraphDriverStore implements Store {
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	idOf({ config }: Image): string {
		return config.digest;
	}

	keyOf({ chainId }: Layer): string {
		return chainId;
	}

	async look(parcel: Parcel): Promise<Seen> {
		const { image } = parcel;
		const known = await this.#engine.image(this.idOf(image));
		if (known.kind === "found") return { kind: "there" };
		const archive = archiveOf(parcel, []);
		const reply = await this.#engine.load(archive.stream);
		if (reply.error === undefined) return (await this.#has(image)) ? { kind: "loaded" } : doubt(reply);
		const first = missingLayer(reply.error, image.layers.length);
		if (first !== undefined) return { kind: "lacks", layers: above(first, image) };
		return reply.broken ? { kind: "failed", reason: brokenReason(reply) } : doubt(reply);
	}

	async send(parcel: Parcel, layers: readonly number[]): Promise<Sent> {
		const archive = archiveOf(parcel, layers);
		const reply = await this.#engine.load(archive.stream);
		const failed = failure(archive, reply);
		if (failed !== undefined) return failed;
		if (reply.error === undefined && (await this.#has(parcel.image))) return { kind: "loaded" };
		const reason = reply.error ?? "the engine took it, but has no such image";
		// A layer that was there a moment ago may be gone; anything else would go wrong again.
		const gone = missingLayer(reason, parcel.image.layers.length) !== undefined;
		return { kind: gone ? "doubtful" : "failed", reason: plainReason(reason) };
	}

	async #has(image: Image): Promise<boolean> {
		return (await this.#engine.image(this.idOf(image))).kind === "found";
	}
}

function above(first: number, { layers }: Image): number[] {
	return [...layers.keys()].slice(first);
}

function doubt({ error }: LoadReply): Seen {
	return { kind: "unknown", reason: plainReason(error ?? "the engine took it, but has no such image") };
}

function failure({ fault }: ArchiveStream, reply: LoadReply): Failed | undefined {
	const found = fault();
	if (found !== undefined) return { kind: "failed", reason: `has a blob that ${found.reason}`, fault: found };
	return reply.broken ? { kind: "failed", reason: brokenReason(reply) } : undefined;
}

// `open /…/docker-import-123/layer-7: no such file or directory`, in these words from 20.10 to 28.5.
function missingLayer(message: string, layers: number): number | undefined {
	const place = /\/layer-(\d+): no such file or directory/.exec(message)?.[1];
	return place !== undefined && Number(place) < layers ? Number(place) : undefined;
}

// The engine unpacks the archive before it looks at anything, so the order is ours: what gives it meaning comes last.
function archiveOf({ image, reference, onBytes }: Parcel, sent: readonly number[]): ArchiveStream {
	const config = `${hexOf(image.config.digest)}.json`;
	const manifest = [
		{
			Config: config,
			RepoTags: reference === undefined ? null : [reference],
			Layers: image.layers.map((_, at) => nameOf(at)),
		},
	];
	return streamArchive(
		[
			...sent.flatMap((at) => layerEntry(image, sent, at)),
			{ name: config, content: image.config.content },
			{ name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) },
		],
		onBytes,
	);
}

// An image may have one layer twice (an empty one, mostly); the engine follows links within the archive.
function layerEntry({ layers }: Image, sent: readonly number[], at: number): Entry[] {
	const layer = layers[at];
	if (layer === undefined) throw new Error(`the image has no layer ${at}`);
	const twin = sent.find((each) => each < at && layers[each]?.digest === layer.digest);
	return [twin === undefined ? { name: nameOf(at), blob: layer } : { name: nameOf(at), link: nameOf(twin) }];
}

function nameOf(place: number): string {
	return `layer-${place}`;
}
