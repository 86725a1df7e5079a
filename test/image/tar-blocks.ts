/** Blocks of archives made by hand, sound or not. */
import { Header, type HeaderData } from "tar/header";

/** A header block. */
export function tarHeader(data: HeaderData): Buffer {
	const block = Buffer.alloc(512);
	new Header({ mode: 0o644, uid: 0, gid: 0, size: 0, mtime: new Date(0), type: "File", ...data }).encode(
		block,
	);
	return block;
}

/** A header block with other bytes at a place, and the checksum that goes with them. */
export function tarHeaderWith(data: HeaderData, at: number, bytes: Buffer): Buffer {
	const block = tarHeader(data);
	bytes.copy(block, at);
	block.fill(" ", 148, 156);
	const sum = block.reduce((total, byte) => total + byte, 0);
	block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
	return block;
}

/** A file with its header, padded. */
export function tarFile(data: HeaderData, content: string): Buffer {
	const body = Buffer.from(content);
	const padding = Buffer.alloc(-body.length & 511);
	return Buffer.concat([tarHeader({ ...data, size: body.length }), body, padding]);
}
