/** Told how long work goes on, a line at a time. */
export type Say = (line: string) => void;

const stepBytes = 1_000_000_000;

/** Counts bytes of long work and says so at every whole gigabyte: `Copied 3 GB of the cache`. */
export function progressOf(what: string, say: Say | undefined): (bytes: number) => void {
	let done = 0;
	return (bytes) => {
		const before = Math.floor(done / stepBytes);
		done += bytes;
		const now = Math.floor(done / stepBytes);
		if (now > before) say?.(`${what} ${now} GB of the cache`);
	};
}
