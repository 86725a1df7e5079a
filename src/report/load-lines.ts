import type { ImageReport } from "./report.ts";
import { humanBytes, humanSeconds } from "./units.ts";

/** One loaded image on one line: what was sent, and of how much. */
export function describeLoad(image: ImageReport): string {
	return `${image.reference || image.id}: ${describeSent(image)}`;
}

/** The same without the image's name. */
export function describeSent({ layers, layersSent, bytes, bytesSent, seconds }: ImageReport): string {
	return `${layersSent} of ${layers} layers sent, ${humanBytes(bytesSent)} of ${humanBytes(bytes)}, ${humanSeconds(seconds)}`;
}

/** Counts the bytes that several loads send together, and says at each whole `stepBytes` how far they are. */
export class SendProgress {
	readonly #say: (line: string) => void;
	readonly #stepBytes: number;
	#expected = 0;
	#sent = 0;

	constructor(say: (line: string) => void, stepBytes: number) {
		this.#say = say;
		this.#stepBytes = stepBytes;
	}

	readonly expects = (bytes: number): void => {
		this.#expected += bytes;
	};

	readonly sent = (bytes: number): void => {
		const before = Math.floor(this.#sent / this.#stepBytes);
		this.#sent += bytes;
		if (Math.floor(this.#sent / this.#stepBytes) > before)
			this.#say(`Sent ${humanBytes(this.#sent)} of ${humanBytes(this.#expected)}`);
	};
}
