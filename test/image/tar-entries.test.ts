import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	closeSync,
	ftruncateSync,
	linkSync,
	mkdirSync,
	openSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { scanTar, type TarEntries } from "../../src/image/tar-entries.ts";
import { isUnfit } from "../../src/image/unfit.ts";
import { unpackPackages } from "../../src/throwaway/debian-packages.ts";
import { bytesOf, scratch } from "./reading.ts";
import { tarHeader } from "./tar-blocks.ts";

function scanSound(file: string): TarEntries {
	const entries = scanTar(file);
	assert.ok(!isUnfit(entries), isUnfit(entries) ? entries.unfit : "");
	return entries;
}

function contentOf(entries: TarEntries, name: string): string | undefined {
	const stretch = entries.get(name);
	return stretch === undefined ? undefined : bytesOf(stretch).toString();
}

const long = `${"folder/".repeat(12)}${"n".repeat(90)}`;
const longer = `${"folder/".repeat(40)}${"n".repeat(200)}`;

/** A tree with short and long names, links of both kinds, and an empty file. */
function tree(t: TestContext, names: readonly string[]): string {
	const dir = scratch(t);
	for (const name of names) {
		mkdirSync(join(dir, name, ".."), { recursive: true });
		writeFileSync(join(dir, name), `in ${name}`);
	}
	writeFileSync(join(dir, "empty"), "");
	mkdirSync(join(dir, "z"));
	linkSync(join(dir, "index.json"), join(dir, "z", "hard"));
	symlinkSync("../index.json", join(dir, "z", "soft"));
	symlinkSync("soft", join(dir, "z", "softer"));
	return dir;
}

const makers: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
	"GNU's": [
		["--format=gnu", "."],
		["index.json", long, longer],
	],
	"GNU's, in order of names": [
		["--format=gnu", "--sort=name", "index.json", "empty", "folder", "z"],
		["index.json", long, longer],
	],
	"pax's": [
		["--format=pax", "."],
		["index.json", long, longer, "naïve-✓"],
	],
	"pax's, with its global header": [
		["--format=pax", "--pax-option=globexthdr.name=g,comment=hello", "."],
		["index.json", longer],
	],
	"ustar's": [
		["--format=ustar", "."],
		["index.json", long],
	],
	"Version 7's": [["--format=v7", "."], ["index.json"]],
};

describe("an archive made by tar", () => {
	for (const [what, [args, names]] of Object.entries(makers)) {
		it(`gives every file's bytes by its name: ${what}`, (t) => {
			const dir = tree(t, names);
			const file = join(scratch(t), "a.tar");
			execFileSync("tar", ["-C", dir, "-cf", file, ...args]);
			const entries = scanSound(file);
			for (const name of names) assert.equal(contentOf(entries, name), `in ${name}`);
			assert.equal(contentOf(entries, "empty"), "");
			for (const link of ["z/hard", "z/soft", "z/softer"])
				assert.equal(contentOf(entries, link), "in index.json", link);
		});
	}

	it("gives every file's bytes by its name: busybox's", async (t) => {
		const unpacked = await unpackPackages({ suite: "bookworm", names: ["busybox-static"] });
		assert.ok(unpacked.ok, JSON.stringify(unpacked));
		const dir = tree(t, ["index.json", long, longer]);
		const file = join(scratch(t), "a.tar");
		execFileSync(join(unpacked.root, "bin", "busybox"), ["tar", "-C", dir, "-cf", file, "."]);
		const entries = scanSound(file);
		for (const name of ["index.json", long, longer]) assert.equal(contentOf(entries, name), `in ${name}`);
	});

	for (const format of ["gnu", "pax"]) {
		it(`has links to long names: ${format}`, (t) => {
			const dir = tree(t, ["index.json", longer]);
			symlinkSync(longer, join(dir, "a-soft"));
			linkSync(join(dir, longer), join(dir, "z-hard"));
			const file = join(scratch(t), "a.tar");
			execFileSync("tar", ["-C", dir, `--format=${format}`, "--sort=name", "-cf", file, "."]);
			const entries = scanSound(file);
			for (const link of ["a-soft", "z-hard"]) assert.equal(contentOf(entries, link), `in ${longer}`);
		});
	}

	it("gives the later of two files of one name, as unpacking would", (t) => {
		const dir = scratch(t);
		const file = join(dir, "a.tar");
		const append = (text: string) => {
			writeFileSync(join(dir, "index.json"), text);
			execFileSync("tar", ["-C", dir, "-rf", file, "index.json"]);
		};
		append("earlier");
		append("later");
		assert.equal(contentOf(scanSound(file), "index.json"), "later");
	});
});

describe("a link in an archive", () => {
	/** An archive of empty files and of links, written by hand. */
	function archive(t: TestContext, entries: readonly (readonly [string, string?])[]): TarEntries {
		const file = join(scratch(t), "a.tar");
		const blocks = entries.map(([path, linkpath]) =>
			tarHeader(linkpath === undefined ? { path } : { path, linkpath, type: "SymbolicLink" }),
		);
		writeFileSync(file, Buffer.concat([...blocks, Buffer.alloc(1024)]));
		return scanSound(file);
	}

	it("names nothing if it leads out of it, to nothing, or to itself", (t) => {
		const entries = archive(t, [
			["a", "../../etc/passwd"],
			["b", "/etc/passwd"],
			["c", "gone"],
			["d", "d"],
		]);
		assert.deepEqual([...entries.keys()], []);
	});

	it("gives way to a file of its name that comes later, and the other way round", (t) => {
		const [first, second] = [["one"], ["two"]] as const;
		const later = archive(t, [first, second, ["x", "one"], ["x"]]);
		assert.notEqual(later.get("x")?.offset, later.get("one")?.offset);
		const earlier = archive(t, [first, second, ["x"], ["x", "one"]]);
		assert.equal(earlier.get("x")?.offset, earlier.get("one")?.offset);
	});
});

describe("a file over 8 GB in an archive", () => {
	for (const size of [2 ** 33, 2 ** 33 + 511, 2 ** 37]) {
		it(`is found, and what comes after it: ${size} bytes`, (t) => {
			const file = join(scratch(t), "a.tar");
			const sparse = openSync(file, "w");
			const after = 512 + Math.ceil(size / 512) * 512;
			writeSync(sparse, tarHeader({ path: "huge", size }), 0, 512, 0);
			writeSync(sparse, tarHeader({ path: "index.json", size: 2 }), 0, 512, after);
			writeSync(sparse, "{}", after + 512);
			ftruncateSync(sparse, after + 2048);
			closeSync(sparse);
			const entries = scanSound(file);
			assert.deepEqual(entries.get("huge"), { path: file, offset: 512, size });
			assert.equal(entries.get("index.json")?.offset, after + 512);
			assert.match(execFileSync("tar", ["-tvf", file], { encoding: "utf8" }), new RegExp(` ${size} .* huge`));
		});
	}
});
