import { closeSync, fstatSync } from "node:fs";
import { posix } from "node:path";
import { Header } from "tar/header";
import { Pax } from "tar/pax";
import { show } from "./descriptor.ts";
import { fill, openRegular, type Stretch } from "./stretch.ts";
import { type Unfit, unfit } from "./unfit.ts";

/** The files of an archive by name, links resolved to what they name; nothing but headers has been read. */
export type TarEntries = ReadonlyMap<string, Stretch>;

const blockBytes = 512;
const mostExtensionBytes = 1024 * 1024;
const mostEntries = 100_000;
const longestChain = 32;

// gzip, zstd, xz, bzip2: what `docker load` unpacks on the fly, and what nobody can seek in.
const packed = [
	[0x1f, 0x8b],
	[0x28, 0xb5, 0x2f, 0xfd],
	[0xfd, 0x37, 0x7a, 0x58],
	[0x42, 0x5a, 0x68],
] as const;

/** Finds where each file of a tar lies. A name that leaves the archive makes the whole of it unfit. */
export function scanTar(path: string): TarEntries | Unfit {
	const file = openRegular(path);
	if (file === undefined) return unfit("can't be read");
	try {
		const start = Buffer.alloc(4);
		fill(file, start, 0);
		if (packed.some((magic) => magic.every((byte, at) => start[at] === byte)))
			return unfit("is compressed as a whole; unpack it first: its layers are read in place");
		return new Scan(path, file, fstatSync(file).size).run();
	} finally {
		closeSync(file);
	}
}

type Extensions = { local: Pax | undefined; global: Pax | undefined };

class Scan {
	readonly #path: string;
	readonly #file: number;
	readonly #end: number;
	/** What each name stands for: a file, or another name. The later of two wins, as it would unpacked. */
	readonly #named = new Map<string, Stretch | string>();
	#extensions: Extensions = { local: undefined, global: undefined };

	constructor(path: string, file: number, end: number) {
		this.#path = path;
		this.#file = file;
		this.#end = end;
	}

	run(): TarEntries | Unfit {
		const block = Buffer.alloc(blockBytes);
		let offset = 0;
		while (fill(this.#file, block, offset) === blockBytes) {
			const header = this.#headerIn(block);
			if (header?.nullBlock === true) return this.#resolve();
			const size = header?.size ?? 0;
			if (header?.cksumValid !== true || !Number.isInteger(size))
				return unfit(offset === 0 ? "is no archive" : `is damaged at byte ${offset}`);
			const stretch = { path: this.#path, offset: offset + blockBytes, size };
			if (stretch.offset + size > this.#end) return unfit(`is cut short in ${show(header.path)}`);
			const problem = this.#take(header, stretch);
			if (problem !== undefined) return problem;
			if (this.#named.size > mostEntries) return unfit(`has more than ${mostEntries} entries`);
			offset = stretch.offset + Math.ceil(size / blockBytes) * blockBytes;
		}
		return offset === 0 ? unfit("is no archive") : this.#resolve();
	}

	#headerIn(block: Buffer): Header | undefined {
		const { local, global } = this.#extensions;
		try {
			const header = new Header(block, 0, local, global);
			// The library lets the block's own link win, which can't hold a long one, and puts its prefix before the path.
			if (local?.path !== undefined) header.path = local.path;
			if (local?.linkpath !== undefined) header.linkpath = local.linkpath;
			return header;
		} catch {
			// It throws for a number that it can't read.
			return undefined;
		}
	}

	#take(header: Header, stretch: Stretch): Unfit | undefined {
		switch (header.type) {
			case "ExtendedHeader":
			case "GlobalExtendedHeader":
			case "NextFileHasLongPath":
			case "OldGnuLongPath":
			case "NextFileHasLongLinkpath":
				return this.#extend(header.type, stretch);
			case "File":
			case "OldFile":
			case "ContiguousFile":
				return this.#keep(header.path, (name) => this.#named.set(name, stretch));
			case "Link":
				return this.#link(header, posix.normalize(header.linkpath ?? ""));
			case "SymbolicLink":
				return this.#link(header, posix.join(posix.dirname(header.path ?? ""), header.linkpath ?? ""));
			default:
				return this.#keep(header.path, () => undefined);
		}
	}

	#link({ path }: Header, target: string): Unfit | undefined {
		return this.#keep(path, (name) => this.#named.set(name, target));
	}

	#keep(path: string | undefined, keep: (name: string) => unknown): Unfit | undefined {
		this.#extensions.local = undefined;
		if (path === undefined || path.startsWith("/") || path.split("/").includes(".."))
			return unfit(`has the entry ${show(path)}, which leaves the archive`);
		keep(posix.normalize(path).replace(/\/$/, ""));
		return undefined;
	}

	#extend(type: string, { offset, size }: Stretch): Unfit | undefined {
		if (size > mostExtensionBytes) return unfit(`has a header of ${size} bytes`);
		const buffer = Buffer.alloc(size);
		if (fill(this.#file, buffer, offset) < size) return unfit("is cut short in a header");
		const text = buffer.toString("utf8");
		const { local, global } = this.#extensions;
		if (type === "GlobalExtendedHeader") this.#extensions.global = Pax.parse(text, global, true);
		else if (type === "ExtendedHeader") this.#extensions.local = Pax.parse(text, local, false);
		else {
			const name = text.replace(/\0[\s\S]*$/, "");
			this.#extensions.local = new Pax({
				...local,
				...(type === "NextFileHasLongLinkpath" ? { linkpath: name } : { path: name }),
			});
		}
		return undefined;
	}

	// Older `docker save` writes an equal layer once more as a link to the first.
	#resolve(): TarEntries {
		const found = new Map<string, Stretch>();
		for (const name of this.#named.keys()) {
			const stretch = this.#follow(name);
			if (stretch !== undefined) found.set(name, stretch);
		}
		return found;
	}

	#follow(name: string): Stretch | undefined {
		let next = this.#named.get(name);
		for (let links = 0; typeof next === "string" && links < longestChain; links++)
			next = this.#named.get(next);
		return typeof next === "string" ? undefined : next;
	}
}
