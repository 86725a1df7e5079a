import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import {
	blobFile,
	imageOf,
	layerOf,
	tarOf,
	writeDockerArchive,
	writeLayout,
	writeOciArchive,
} from "./fixtures.ts";
import { assertRefused, bytesOf, readSound, scratch } from "./reading.ts";

const layer = await layerOf({ base: "1" });
const fixture = imageOf([layer, await layerOf({ app: "2" }, "tar")]);

describe("one image in its three forms", () => {
	const writers: Readonly<Record<string, (dir: string) => string | Promise<string>>> = {
		"an OCI layout directory": (dir) => writeLayout(dir, fixture),
		"an OCI archive": (dir) => writeOciArchive(join(dir, "image.tar"), fixture),
		"a docker archive": (dir) => writeDockerArchive(join(dir, "image.tar"), fixture),
	};
	for (const [what, write] of Object.entries(writers)) {
		it(`has one config and the same layers: ${what}`, async (t) => {
			const image = await readSound(await write(scratch(t)));
			assert.equal(image.config.digest, fixture.id);
			assert.deepEqual(
				image.layers.map(({ digest, bytes }) => ({ digest, blob: bytesOf(bytes) })),
				fixture.layers.map(({ digest, blob }) => ({ digest, blob })),
			);
		});
	}

	it("is an OCI archive where it is both, as docker save has written since Engine 25", async (t) => {
		const file = await writeOciArchive(join(scratch(t), "image.tar"), fixture);
		const dir = scratch(t);
		execFileSync("tar", ["-xf", file, "-C", dir]);
		writeFileSync(join(dir, "manifest.json"), "[]");
		execFileSync("tar", ["-cf", file, "-C", dir, "."]);
		assert.equal((await readSound(file)).named, fixture.digest);
	});
});

describe("a tree of symlinks, as Bazel makes them", () => {
	function moveAway(t: TestContext, path: string): void {
		const real = join(scratch(t), "real");
		renameSync(path, real);
		symlinkSync(real, path);
	}
	const parts: Readonly<Record<string, (dir: string) => readonly string[]>> = {
		"the blobs": (dir) => fixture.layers.map(({ digest }) => blobFile(dir, digest)),
		"the folder of blobs": (dir) => [join(dir, "blobs")],
		"the folder of blobs, and the blobs": (dir) => [blobFile(dir, fixture.id), join(dir, "blobs", "sha256")],
		"index.json": (dir) => [join(dir, "index.json"), join(dir, "oci-layout")],
		"the layout": (dir) => [dir],
	};
	for (const [what, linked] of Object.entries(parts)) {
		it(`is read like any other: ${what}`, async (t) => {
			const dir = writeLayout(join(scratch(t), "layout"), fixture);
			for (const path of linked(dir)) moveAway(t, path);
			const image = await readSound(dir);
			assert.deepEqual(
				image.layers.map(({ bytes }) => bytesOf(bytes)),
				fixture.layers.map(({ blob }) => blob),
			);
		});
	}

	it("is read through a link to an archive, too", async (t) => {
		const file = await writeOciArchive(join(scratch(t), "image.tar"), fixture);
		moveAway(t, file);
		assert.equal((await readSound(file)).named, fixture.digest);
	});
});

describe("a blob that is wrong", () => {
	const small = [
		["the manifest", fixture.digest, fixture.manifest],
		["the config", fixture.id, fixture.config],
	] as const;
	const all = [...small, ["a layer", layer.digest, layer.blob] as const];

	for (const [what, digest, content] of all) {
		const wrongs: Readonly<Record<string, readonly [(path: string) => void, RegExp]>> = {
			missing: [() => {}, /^lacks the blob sha256:/],
			"a folder": [mkdirSync, /^lacks the blob sha256:/],
			"a pipe": [(path) => void execFileSync("mkfifo", [path]), /^lacks the blob sha256:/],
			"a link to nothing": [(path) => symlinkSync("gone", path), /^lacks the blob sha256:/],
			"a link to itself": [(path) => symlinkSync(path, path), /^lacks the blob sha256:/],
			short: [(path) => writeFileSync(path, content.subarray(1)), /^has \d+ bytes of sha256:/],
			long: [(path) => writeFileSync(path, `${content}\n`), /^has \d+ bytes of sha256:.*, which has \d+$/],
		};
		for (const [fault, [replace, reason]] of Object.entries(wrongs)) {
			it(`is named: ${what} is ${fault}`, async (t) => {
				const dir = writeLayout(scratch(t), fixture);
				rmSync(blobFile(dir, digest));
				replace(blobFile(dir, digest));
				await assertRefused(dir, new RegExp(`${reason.source.replace("sha256:", digest)}`));
			});
		}
	}

	for (const [what, digest, content] of small) {
		it(`is named: ${what} has other bytes`, async (t) => {
			const dir = writeLayout(scratch(t), fixture);
			writeFileSync(blobFile(dir, digest), `${content.subarray(0, -1)} `);
			await assertRefused(dir, new RegExp(`^has other bytes than ${digest} names$`));
		});
	}
});

describe("what is no image", () => {
	const writers: Readonly<Record<string, readonly [(path: string) => unknown, RegExp]>> = {
		nothing: [() => {}, /^does not exist$/],
		"an empty folder": [mkdirSync, /^is no OCI layout: it has no index\.json$/],
		"a folder whose index.json is one": [
			(path) => mkdirSync(join(path, "index.json"), { recursive: true }),
			/no index\.json$/,
		],
		"an empty file": [(path) => writeFileSync(path, ""), /^is no archive$/],
		"a text": [(path) => writeFileSync(path, "image\n".repeat(999)), /^is no archive$/],
		"a pipe": [(path) => execFileSync("mkfifo", [path]), /^is neither a directory nor a file$/],
		"a device": [(path) => symlinkSync("/dev/zero", path), /^is neither a directory nor a file$/],
		"a link to nothing": [(path) => symlinkSync("gone", path), /^does not exist$/],
		"a link to itself": [(path) => symlinkSync(path, path), /^can't be read: .*too many symbolic links/],
		"an archive of something else": [
			async (path) => writeFileSync(path, await tarOf([{ name: "a", content: Buffer.from("a") }])),
			/^is neither an OCI nor a docker archive: it has no index\.json and no manifest\.json$/,
		],
	};
	for (const [what, [write, reason]] of Object.entries(writers)) {
		it(`is refused: ${what}`, async (t) => {
			const path = join(scratch(t), "image");
			await write(path);
			await assertRefused(path, reason);
		});
	}

	for (const path of ["", "x".repeat(300), "a\0b"]) {
		it(`is refused: a path that nothing can have, ${JSON.stringify(path.slice(0, 9))}`, async () => {
			await assertRefused(path, /^(does not exist|can't be read: .*)$/);
		});
	}

	for (const [what, pack] of [
		["gzip", gzipSync],
		["zstd", zstdCompressSync],
		["bzip2", (tar: Buffer) => Buffer.concat([Buffer.from("BZh9"), tar])],
		["xz", (tar: Buffer) => Buffer.concat([Buffer.from("\xfd7zXZ\0", "latin1"), tar])],
	] as const) {
		it(`is refused, and told how to mend it: an archive packed with ${what}`, async (t) => {
			const file = join(scratch(t), "image.tar.packed");
			writeFileSync(file, pack(await tarOf([{ name: "index.json", content: Buffer.from("{}") }])));
			await assertRefused(file, /^is compressed as a whole; unpack it first/);
		});
	}

	it("is refused unread: an index.json without end", async (t) => {
		const dir = writeLayout(scratch(t), fixture);
		truncateSync(join(dir, "index.json"), 2 ** 40);
		await assertRefused(dir, /^has metadata of \d+ bytes, over the bound of \d+$/);
	});
});
