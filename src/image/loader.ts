import type { Engine } from "../engine/engine.ts";
import type { BlobFault } from "./archive-stream.ts";
import { type Image, layerBytes } from "./image.ts";
import { familiar, type Reference } from "./reference.ts";
import type { Failed, Parcel, Sent, Store } from "./store.ts";

/** An image to load, under these names; the first is the one it is loaded with. */
export type LoadRequest = { readonly image: Image; readonly references: readonly Reference[] };

/** What loading an image came to. Bytes are those of layers as they lie on disk. */
export type LoadReport = {
	readonly reference: string;
	readonly id: string;
	readonly digest: string;
	readonly layers: number;
	readonly layersSent: number;
	readonly bytes: number;
	readonly bytesSent: number;
	readonly seconds: number;
};

/** An image in the engine, or why it is not; the reason is a clause about the image. */
export type LoadResult =
	| { readonly kind: "loaded"; readonly report: LoadReport }
	| { readonly kind: "failed"; readonly reason: string; readonly fault?: BlobFault };

/** Told how loads go on: bytes that are going to be sent, and bytes that were. */
export type Watch = { readonly expects: (bytes: number) => void; readonly sent: (bytes: number) => void };

/** Loads images into one engine. A layer that several of them lack is sent with one of them; the others wait for it. */
export class Loader {
	readonly #engine: Engine;
	readonly #store: Store;
	readonly #watch: Watch;
	readonly #underWay = new Map<string, Promise<unknown>>();

	constructor(engine: Engine, store: Store, watch: Watch) {
		this.#engine = engine;
		this.#store = store;
		this.#watch = watch;
	}

	/** Never rejects for what is wrong with the image or the engine; nothing of a failed load is left in the engine. */
	async load({ image, references }: LoadRequest): Promise<LoadResult> {
		const began = performance.now();
		const [first] = references;
		let bytesSent = 0;
		const onBytes = (bytes: number) => {
			bytesSent += bytes;
			this.#watch.sent(bytes);
		};
		const put = await this.#put({ image, reference: first, onBytes });
		if (put.kind === "failed") return put;
		const tagged = await this.#tag(image, references);
		if (tagged !== undefined) return tagged;
		const report = {
			reference: first === undefined ? "" : familiar(first),
			id: this.#store.idOf(image),
			digest: image.manifest.digest,
			layers: image.layers.length,
			layersSent: put.layersSent,
			bytes: layerBytes(image),
			bytesSent,
			seconds: (performance.now() - began) / 1000,
		};
		return { kind: "loaded", report };
	}

	async #put(parcel: Parcel): Promise<Failed | { kind: "put"; layersSent: number }> {
		const { image } = parcel;
		const all = [...image.layers.keys()];
		for (;;) {
			const seen = await this.#store.look(parcel);
			if (seen.kind === "failed") return seen;
			if (seen.kind === "there" || seen.kind === "loaded") return { kind: "put", layersSent: 0 };
			const layers = seen.kind === "lacks" ? seen.layers : all;
			const keys = this.#keysOf(image, layers);
			const busy = keys.map((key) => this.#underWay.get(key)).filter((each) => each !== undefined);
			if (busy.length > 0) {
				await Promise.all(busy);
				continue;
			}
			const sending = this.#send(parcel, layers);
			for (const key of keys) this.#underWay.set(key, sending);
			const sent = await sending;
			for (const key of keys) this.#underWay.delete(key);
			return sent;
		}
	}

	async #send(
		parcel: Parcel,
		layers: readonly number[],
	): Promise<Failed | { kind: "put"; layersSent: number }> {
		const { image } = parcel;
		const sent = await this.#sendOnce(parcel, layers);
		if (sent.kind === "loaded") return { kind: "put", layersSent: layers.length };
		if (sent.kind === "failed") return sent;
		// What was there a moment ago is not any longer: the whole image leaves no question open.
		const whole = await this.#sendOnce(parcel, [...image.layers.keys()]);
		if (whole.kind === "loaded") return { kind: "put", layersSent: image.layers.length };
		return whole.kind === "failed" ? whole : { kind: "failed", reason: whole.reason };
	}

	#sendOnce(parcel: Parcel, layers: readonly number[]): Promise<Sent> {
		this.#watch.expects(layers.reduce((sum, at) => sum + (parcel.image.layers[at]?.bytes.size ?? 0), 0));
		return this.#store.send(parcel, layers);
	}

	// The image itself is a key, too: of two equal ones the second finds the first, and only gets its name.
	#keysOf(image: Image, layers: readonly number[]): string[] {
		return [
			this.#store.idOf(image),
			...layers.flatMap((at) => {
				const layer = image.layers[at];
				return layer === undefined ? [] : [this.#store.keyOf(layer)];
			}),
		];
	}

	async #tag(image: Image, references: readonly Reference[]): Promise<Failed | undefined> {
		const id = this.#store.idOf(image);
		const known = references.length === 0 ? undefined : await this.#engine.image(id);
		const tags = known?.kind === "found" ? known.image.tags : [];
		for (const reference of references) {
			if (tags.includes(familiar(reference))) continue;
			const tagged = await this.#engine.tag(id, reference);
			if (tagged.kind === "refused")
				return { kind: "failed", reason: `could not be named ${familiar(reference)}: ${tagged.problem}` };
		}
		return undefined;
	}
}
