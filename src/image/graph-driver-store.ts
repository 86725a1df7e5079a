import type { Engine, LoadReply } from "../engine/engine.ts";
import { Archive, type Entry } from "./archive.ts";
import { hexOf } from "./digest.ts";
import type { Image, Layer } from "./image.ts";
import { brokenReason, plainReason } from "./load-reply.ts";
import type { Failed, Parcel, Seen, Sent, Store } from "./store.ts";
import { unpackedBytes } from "./unzstd.ts";

/**
 * The graph driver (overlay2). It looks each layer of an archive up by its chain id and opens the file only if it has
 * none (moby 20.10 to 28 `image/tarexport/load.go`). So a load without layer files either is the whole load, or names
 * the first layer it lacks: as a layer keeps those below it, that one and all above it are missing.
 */
export class GraphDriverStore implements Store {
	readonly #engine: Engine;
	readonly #knowsZstd: boolean;

	constructor(engine: Engine, version: string) {
		this.#engine = engine;
		// Engine 20.10 ends with "unexpected EOF" (tried); moby's pkg/archive learned zstd in 23.0.
		this.#knowsZstd = Number.parseInt(version, 10) >= 23;
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
		if (known.kind === "found") return { kind: "there", tags: known.image.tags };
		const archive = archiveOf(parcel, []);
		const reply = await this.#engine.load(archive);
		if (reply.error === undefined) return (await this.#has(image)) ? { kind: "loaded" } : doubt(reply);
		const first = missingLayer(reply.error, image.layers.length);
		if (first !== undefined) return { kind: "lacks", layers: above(first, image) };
		return reply.broken ? { kind: "failed", reason: brokenReason(reply) } : doubt(reply);
	}

	async send(parcel: Parcel, layers: readonly number[]): Promise<Sent> {
		const sent = await this.#prepare(parcel.image, layers);
		if (!Array.isArray(sent)) return sent;
		const archive = archiveOf(parcel, sent);
		const reply = await this.#engine.load(archive);
		const failed = failure(archive, reply);
		if (failed !== undefined) return failed;
		if (reply.error === undefined && (await this.#has(parcel.image))) return { kind: "loaded" };
		const reason = reply.error ?? "the engine took it, but has no such image";
		// A layer that was there a moment ago may be gone; anything else would go wrong again.
		const gone = missingLayer(reason, parcel.image.layers.length) !== undefined;
		return { kind: gone ? "doubtful" : "failed", reason: plainReason(reason) };
	}

	async #prepare({ layers }: Image, places: readonly number[]): Promise<Layered[] | Failed> {
		const prepared: Layered[] = [];
		for (const place of places) {
			const layer = layers[place];
			if (layer === undefined) throw new Error(`the image has no layer ${place}`);
			const unpack = layer.compression === "zstd" && !this.#knowsZstd;
			const bytes = unpack ? await unpackedBytes(layer.bytes) : undefined;
			if (unpack && bytes === undefined)
				return { kind: "failed", reason: `has ${layer.digest}, which is no zstd` };
			prepared.push({ place, layer, ...(bytes === undefined ? {} : { unpackedBytes: bytes }) });
		}
		return prepared;
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

function failure({ fault }: Archive, reply: LoadReply): Failed | undefined {
	if (fault !== undefined) return { kind: "failed", reason: `has a blob that ${fault.reason}`, fault };
	return reply.broken ? { kind: "failed", reason: brokenReason(reply) } : undefined;
}

// `open /…/docker-import-123/layer-7: no such file or directory`, in these words from 20.10 to 28.5.
function missingLayer(message: string, layers: number): number | undefined {
	const place = /\/layer-(\d+): no such file or directory/.exec(message)?.[1];
	return place !== undefined && Number(place) < layers ? Number(place) : undefined;
}

// The engine unpacks the archive before it looks at anything, so the order is ours: what gives it meaning comes last.
function archiveOf({ image, reference, onBytes }: Parcel, sent: readonly Layered[]): Archive {
	const config = `${hexOf(image.config.digest)}.json`;
	const manifest = [
		{
			Config: config,
			RepoTags: reference === undefined ? null : [reference],
			Layers: image.layers.map((_, at) => nameOf(at)),
		},
	];
	return new Archive(
		[
			...sent.map((each) => layerEntry(sent, each)),
			{ name: config, content: image.config.content },
			{ name: "manifest.json", content: Buffer.from(JSON.stringify(manifest)) },
		],
		onBytes,
	);
}

/** A layer at its place in the image, and what it unpacks to if it is to be unpacked on its way. */
type Layered = { readonly place: number; readonly layer: Layer; readonly unpackedBytes?: number };

// An image may have one layer twice (an empty one, mostly); the engine follows links within the archive.
function layerEntry(sent: readonly Layered[], { place, layer, ...how }: Layered): Entry {
	const twin = sent.find((each) => each.place < place && each.layer.digest === layer.digest);
	return twin === undefined
		? { name: nameOf(place), blob: layer, ...how }
		: { name: nameOf(place), link: nameOf(twin.place) };
}

function nameOf(place: number): string {
	return `layer-${place}`;
}
