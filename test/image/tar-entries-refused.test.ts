import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { scanTar } from "../../src/image/tar-entries.ts";
import { isUnfit } from "../../src/image/unfit.ts";
import { assertOneLine, assertUnfit, scratch } from "./reading.ts";
import { tarFile, tarHeader, tarHeaderWith } from "./tar-blocks.ts";

const end = Buffer.alloc(1024);

function scanned(t: TestContext, ...blocks: readonly Buffer[]): ReturnType<typeof scanTar> {
	const file = join(scratch(t), "a.tar");
	writeFileSync(file, Buffer.concat([...blocks, end]));
	return scanTar(file);
}

function paxRecord(text: string): string {
	// The length counts itself.
	const length = text.length + 3;
	return `${length < 10 ? length : length + 1} ${text}\n`;
}

describe("an entry that leaves the archive", () => {
	for (const path of ["../x", "/etc/passwd", "a/../../x", "a/..", "..", "./../x"]) {
		for (const data of [
			{ path, type: "File" },
			{ path, type: "Directory" },
			{ path, type: "SymbolicLink", linkpath: "x" },
			{ path, type: "Link", linkpath: "x" },
		] as const) {
			it(`makes it unfit: ${data.type} ${path}`, (t) => {
				const named = new RegExp(
					`^has the entry "${path.replaceAll(".", "\\.")}.*", which leaves the archive$`,
				);
				assertUnfit(scanned(t, tarFile({ path: "index.json" }, "{}"), tarHeader(data)), named);
			});
		}
	}

	it("makes it unfit if only an extended header says so", (t) => {
		const extended = tarFile({ path: "pax", type: "ExtendedHeader" }, paxRecord("path=../../x"));
		assertUnfit(scanned(t, extended, tarHeader({ path: "harmless" })), /"\.\.\/\.\.\/x", which leaves/);
		const gnu = tarFile({ path: "././@LongLink", type: "NextFileHasLongPath" }, "/etc/passwd\0");
		assertUnfit(scanned(t, gnu, tarHeader({ path: "harmless" })), /"\/etc\/passwd", which leaves/);
	});

	it("is named without what a terminal would obey", (t) => {
		assertUnfit(scanned(t, tarHeader({ path: "/\x1b[2J\u009b2J\n\u2028" })), /leaves the archive$/);
	});
});

describe("a header that makes no sense", () => {
	const sizeAt = 124;
	const sizes: Readonly<Record<string, Buffer>> = {
		"more bytes than can be counted": Buffer.from([0x80, ...Array<number>(11).fill(0xff)]),
		"a negative number": Buffer.alloc(12, 0xff),
		"a number of no known form": Buffer.from([0x81, ...Array<number>(11).fill(0)]),
		"no number": Buffer.from("many bytes!\0"),
		"more than there is": Buffer.from("77777777777\0"),
	};
	for (const [what, bytes] of Object.entries(sizes)) {
		it(`never throws: a size that is ${what}`, (t) => {
			const read = scanned(t, tarHeaderWith({ path: "index.json" }, sizeAt, bytes));
			if (isUnfit(read)) assertOneLine(read.unfit);
			else assert.equal(read.get("index.json")?.size, 0);
		});
	}

	for (const size of ["1.5", "1e400", "-1", "0x10", "", "9007199254740993", "NaN"]) {
		it(`never throws: a pax size of ${JSON.stringify(size)}`, (t) => {
			const extended = tarFile({ path: "pax", type: "ExtendedHeader" }, paxRecord(`size=${size}`));
			const read = scanned(t, extended, tarFile({ path: "index.json" }, "{}"));
			if (isUnfit(read)) assertOneLine(read.unfit);
		});
	}

	it("makes it unfit: a file that ends after the archive does", (t) => {
		const read = scanned(t, tarHeader({ path: "index.json", size: 1025 }));
		assertUnfit(read, /^is cut short in "index\.json"$/);
	});

	it("makes it unfit: a wrong checksum, with its place", (t) => {
		const damaged = tarHeader({ path: "b" });
		damaged[0] = 0x63;
		assertUnfit(scanned(t, tarFile({ path: "a" }, "a"), damaged), /^is damaged at byte 1024$/);
	});

	it("makes it unfit: an extended header of many megabytes", (t) => {
		const extended = tarFile({ path: "pax", type: "ExtendedHeader" }, " ".repeat(2 ** 21));
		assertUnfit(scanned(t, extended, tarHeader({ path: "a" })), /^has a header of 2097152 bytes$/);
	});

	it("makes it unfit: more entries than an image has", (t) => {
		const one = tarHeader({ path: "a" });
		const blocks = Array.from({ length: 100_001 }, (_, at) => {
			const block = Buffer.from(one);
			block.write(String(at).padStart(6, "0"), 0, "latin1");
			block.fill(" ", 148, 156);
			let sum = 0;
			for (const byte of block) sum += byte;
			block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
			return block;
		});
		assertUnfit(scanned(t, ...blocks), /^has more than 100000 entries$/);
	});
});
