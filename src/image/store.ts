import type { BlobFault } from "./blob-part.ts";
import type { Image, Layer } from "./image.ts";
import type { Reference } from "./reference.ts";

/** What a look at the engine showed of an image. `layers` are places in the image's list, base first. */
export type Seen =
	/** It is there whole, under these names as docker shows them. */
	| { readonly kind: "there"; readonly tags: readonly string[] }
	/** The look itself has loaded it, under the name. */
	| { readonly kind: "loaded" }
	| { readonly kind: "lacks"; readonly layers: readonly number[] }
	/** It can't be told what is there. */
	| { readonly kind: "unknown"; readonly reason: string }
	| Failed;

/** How an upload went; `doubtful`: the engine took it, or would have, but is not known to have the image whole. */
export type Sent =
	| { readonly kind: "loaded" }
	| { readonly kind: "doubtful"; readonly reason: string }
	| Failed;

/** It can't be loaded. The reason is one clause; a fault is one of the image's own blobs. */
export type Failed = { readonly kind: "failed"; readonly reason: string; readonly fault?: BlobFault };

/** What is sent, under which name. Without one the image has only its id, as after `docker load` of a nameless one. */
export type Parcel = {
	readonly image: Image;
	readonly reference: Reference | undefined;
	/** Told of every byte of a layer that is sent. */
	readonly onBytes: (bytes: number) => void;
};

/** One of the engine's two ways of keeping images. Neither leaves anything of a load behind that did not succeed. */
export interface Store {
	/** The image's id in this store. */
	idOf(image: Image): string;
	/** What the store knows a layer by: two layers of one key cross the socket once. */
	keyOf(layer: Layer): string;
	look(parcel: Parcel): Promise<Seen>;
	/** Sends the image with these of its layers, and sees to it that the engine then has it whole. */
	send(parcel: Parcel, layers: readonly number[]): Promise<Sent>;
}
