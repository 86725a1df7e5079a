import type { Engine } from "../engine/engine.ts";
import type { BlobFault } from "./blob-part.ts";
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

/** An image is in the engine whole, under these names. */
type Put = { readonly kind: "put"; readonly layersSent: number; readonly tags: readonly string[] };

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
		const parcel = { image, reference: first, onBytes };
		let put = await this.#putAndTag(parcel, references);
		// An image that was there may be removed before it has its further name: then it is there no longer.
		if (put.kind === "untagged") put = await this.#putAndTag(parcel, references);
		if (put.kind !== "put") return { ...put, kind: "failed" };
		const report = {
			reference: first === undefined ? "" : familiar(first),
			id: this.#store.idOf(image),
			digest: image.manifest.digest,
			layers: image.layers.length,
			layersSent: put.layersSent,
			bytes: layerBytes(image.layers),
			bytesSent,
			seconds: (performance.now() - began) / 1000,
		};
		return { kind: "loaded", report };
	}

	async #putAndTag(
		parcel: Parcel,
		references: readonly Reference[],
	): Promise<Put | Failed | (Omit<Failed, "kind"> & { readonly kind: "untagged" })> {
		const put = await this.#put(parcel);
		if (put.kind === "failed") return put;
		for (const reference of references) {
			if (put.tags.includes(familiar(reference))) continue;
			const tagged = await this.#engine.tag(this.#store.idOf(parcel.image), reference);
			if (tagged.kind === "refused")
				return { kind: "untagged", reason: `could not be named ${familiar(reference)}: ${tagged.problem}` };
		}
		return put;
	}

	async #put(parcel: Parcel): Promise<Failed | Put> {
		const { image } = parcel;
		const all = [...image.layers.keys()];
		const named = parcel.reference === undefined ? [] : [familiar(parcel.reference)];
		for (;;) {
			const seen = await this.#store.look(parcel);
			if (seen.kind === "failed") return seen;
			if (seen.kind === "there") return { kind: "put", layersSent: 0, tags: seen.tags };
			if (seen.kind === "loaded") return { kind: "put", layersSent: 0, tags: named };
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
			return sent.kind === "failed" ? sent : { ...sent, tags: named };
		}
	}

	async #send(parcel: Parcel, layers: readonly number[]): Promise<Failed | Omit<Put, "tags">> {
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
		const sent = layers.map((at) => parcel.image.layers[at]).filter((layer) => layer !== undefined);
		this.#watch.expects(layerBytes(sent));
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
}
