import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { Archive, type Entry } from "../../src/image/archive.ts";
import type { Blob } from "../../src/image/blob-part.ts";
import { sha256 } from "../../src/image/image.ts";
import { tarOf } from "./fixtures.ts";
import { assertOneLine, scratch } from "./reading.ts";
import { taken } from "./taking.ts";

function blobOf(t: TestContext, content: string | Buffer): Blob {
	const [path, bytes] = [join(scratch(t), "blob"), Buffer.from(content)];
	writeFileSync(path, bytes);
	return { digest: sha256(bytes), bytes: { path, offset: 0, size: bytes.length } };
}

const last: Entry = { name: "manifest.json", content: Buffer.from("what gives it meaning") };

describe("an archive that is made while it is sent", () => {
	it("is one that tar unpacks, byte for byte", async (t) => {
		const dir = scratch(t);
		const contents = [0, 1, 511, 512, 513, 700_000].map((size) => Buffer.alloc(size, `${size}-`));
		const entries: Entry[] = contents.flatMap((content, at) => [
			{ name: `content-${at}`, content },
			{ name: `blobs/sha256/${"0".repeat(63)}${at}`, blob: blobOf(t, content) },
		]);
		const { bytes, fault } = await taken([...entries, { name: "twin", link: "content-3" }], 777);
		assert.equal(fault, undefined);
		assert.equal(bytes.length % 512, 0);
		writeFileSync(join(dir, "a.tar"), bytes);
		execFileSync("tar", ["-xf", "a.tar"], { cwd: dir });
		for (const [at, content] of contents.entries()) {
			assert.deepEqual(readFileSync(join(dir, `content-${at}`)), content);
			assert.deepEqual(readFileSync(join(dir, `blobs/sha256/${"0".repeat(63)}${at}`)), content);
		}
		assert.equal(readlinkSync(join(dir, "twin")), "content-3");
	});

	it("has a stretch of a file where only that is the blob", async (t) => {
		const { bytes } = blobOf(t, "before-blob-after");
		const blob = { digest: sha256(Buffer.from("blob")), bytes: { ...bytes, offset: 7, size: 4 } };
		const { bytes: archive, fault } = await taken([{ name: "a", blob }]);
		assert.equal(fault, undefined);
		assert.equal(archive.subarray(512, 516).toString(), "blob");
	});

	it("begins each blob in a buffer of its own", async (t) => {
		const blobs = ["one", "two"].map((text) => blobOf(t, Buffer.alloc(300_000, text)));
		const entries = blobs.map((blob, at) => ({ name: `layer-${at}`, blob }));
		const { buffers } = await taken([...entries, last], 256 * 1024);
		const begin = buffers.map((buffer) => buffer.subarray(0, 3).toString());
		assert.deepEqual(
			begin.filter((text) => text === "one" || text === "two"),
			["one", "two"],
		);
	});

	it("ends as archives do when there is nothing in it", async () => {
		assert.deepEqual(await tarOf([]), Buffer.alloc(1024));
	});

	it("tells of the bytes of blobs, and of nothing else", async (t) => {
		const [first, second] = [blobOf(t, "x".repeat(1_000_000)), blobOf(t, "yz")];
		const { counted } = await taken([{ name: "a", blob: first }, last, { name: "b", blob: second }]);
		assert.equal(counted, 1_000_002);
	});

	it("gives a size over 8 GB as tar reads it", async (t) => {
		const dir = scratch(t);
		const blob = blobOf(t, "");
		truncateSync(blob.bytes.path, 2 ** 34 + 1);
		const entry = { name: "huge", blob: { ...blob, bytes: { ...blob.bytes, size: 2 ** 34 + 1 } } };
		const header = Buffer.alloc(512);
		await new Archive([entry]).read(header);
		writeFileSync(join(dir, "a.tar"), header);
		truncateSync(join(dir, "a.tar"), 512 + 2 ** 34 + 512 + 1024);
		assert.match(
			execFileSync("tar", ["-tvf", "a.tar"], { cwd: dir, encoding: "utf8" }),
			/ 17179869185 .* huge/,
		);
	});

	it("leaves no file open when nobody takes the rest", async (t) => {
		const { bytes, digest } = blobOf(t, "x".repeat(4_000_000));
		const archive = new Archive([{ name: "a", blob: { digest, bytes } }]);
		// The first holds no more than the header.
		for (let read = 0; read < 2; read++) await archive.read(Buffer.alloc(1_000_000));
		const open = () => readdirSync("/proc/self/fd").filter((fd) => linkOf(fd) === bytes.path);
		assert.equal(open().length, 1);
		archive.close();
		assert.deepEqual(open(), []);
	});
});

function linkOf(fd: string): string {
	try {
		return readlinkSync(`/proc/self/fd/${fd}`);
	} catch {
		// The one that the listing itself had open.
		return "";
	}
}

describe("a blob that is not what its name says", () => {
	const content = "x".repeat(2000);
	const wrongs: Readonly<Record<string, readonly [(path: string) => unknown, RegExp]>> = {
		"has other bytes": [
			(path) => writeFileSync(path, "y".repeat(2000)),
			/^has other bytes than its name says$/,
		],
		"was cut short": [(path) => truncateSync(path, 1999), /^ended after 1999 of 2000 bytes$/],
		"was emptied": [(path) => truncateSync(path, 0), /^ended after 0 of 2000 bytes$/],
		"became a pipe": [
			(path) => {
				rmSync(path);
				execFileSync("mkfifo", [path]);
			},
			/^can't be read: /,
		],
		"became a folder": [
			(path) => {
				rmSync(path);
				mkdirSync(path);
			},
			/^can't be read: it is no file any more$/,
		],
		vanished: [rmSync, /^can't be read: ENOENT/],
	};
	for (const [what, [change, reason]] of Object.entries(wrongs)) {
		it(`breaks the archive off before what gives it meaning, and is named: it ${what}`, async (t) => {
			const [good, bad] = [blobOf(t, "good"), blobOf(t, content)];
			change(bad.bytes.path);
			const entries = [{ name: "good", blob: good }, { name: "bad", blob: bad }, last];
			const { bytes, brokeOff, fault } = await taken(entries);
			assert.ok(brokeOff);
			assert.equal(fault?.digest, bad.digest);
			assert.match(fault?.reason ?? "", reason);
			assertOneLine(fault?.reason ?? "");
			assert.ok(!bytes.includes("what gives it meaning"));
			assert.ok(!bytes.subarray(-1024).equals(Buffer.alloc(1024)));
		});
	}

	it("is sent as it was when it was looked at, if more was written to it", async (t) => {
		const blob = blobOf(t, content);
		writeFileSync(blob.bytes.path, `${content}more`);
		const { fault, bytes } = await taken([{ name: "a", blob }]);
		assert.equal(fault, undefined);
		assert.ok(!bytes.includes("more"));
	});
});
