import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { LookBudget, listTaken, localContexts } from "../../src/build/context-files.ts";
import { plainBuild } from "./plain-build.ts";

describe("the files that a step takes", () => {
	let root = "";
	const contexts = () =>
		new Map([
			["context", root],
			["docs", join(root, "docs")],
		]);
	const take = (paths: string[], excludes: string[][] = [], local = "context") => [
		{ local, paths, excludes },
	];
	const names = async (...args: Parameters<typeof take>) =>
		Object.keys((await listTaken(take(...args), contexts(), new LookBudget())).files);

	before(() => {
		root = mkdtempSync(join(tmpdir(), "berth-context-"));
		for (const name of ["src/main.c", "src/deep/util.c", "src/a.log", "docs/a.md", "top"]) {
			mkdirSync(dirname(join(root, name)), { recursive: true });
			writeFileSync(join(root, name), name);
		}
		symlinkSync("/etc/passwd", join(root, "src", "link"));
		symlinkSync("/etc", join(root, "etc"));
	});
	after(() => rmSync(root, { recursive: true, force: true }));

	it("are those below its paths, by wildcard too, but for what is ignored", async () => {
		assert.deepEqual(await names(["/src"]), ["src/a.log", "src/deep/util.c", "src/link", "src/main.c"]);
		assert.deepEqual(await names(["/src/*.c", "top"]), ["src/main.c", "top"]);
		assert.deepEqual(await names(["/"], [["*", "!src"], ["**/*.log"]]), [
			"src/deep/util.c",
			"src/link",
			"src/main.c",
		]);
		assert.deepEqual(await names(["/a.md"], [], "docs"), ["docs:a.md"]);
		assert.deepEqual(await names(["/nothing", "../../etc/passwd"]), []);
	});

	it("are the same until their bytes or modes change; a link is what it says", async () => {
		const look = async () => (await listTaken(take(["src", "etc"]), contexts(), new LookBudget())).files;
		const first = await look();
		assert.match(first["src/main.c"] ?? "", /^644:10:[0-9a-f]{16}$/);
		assert.match(first["etc"] ?? "", /^link:/);
		utimesSync(join(root, "src/main.c"), 1, 1);
		assert.deepEqual(await look(), first);
		chmodSync(join(root, "src/main.c"), 0o755);
		writeFileSync(join(root, "src/a.log"), "SRC/A.LOG");
		const changed = Object.entries(await look()).filter(([name, like]) => first[name] !== like);
		assert.deepEqual(
			changed.map(([name]) => name),
			["src/a.log", "src/main.c"],
		);
	});

	it("are looked at within bounds, and it is said where that was not all", async () => {
		const within = async (bounds: Partial<LookBudget>) =>
			listTaken(take(["src"]), contexts(), Object.assign(new LookBudget(), bounds));
		assert.equal((await within({})).complete, true);
		assert.deepEqual(Object.keys((await within({ files: 2 })).files), ["src/a.log", "src/deep/util.c"]);
		for (const bounds of [{ files: 2 }, { bytes: 12 }, { entries: 3 }])
			assert.equal((await within(bounds)).complete, false, JSON.stringify(bounds));
		assert.match((await within({ bytes: 0 })).files["src/a.log"] ?? "", /^644:9$/);
		const elsewhere = await listTaken(take(["x"], [], "other"), contexts(), new LookBudget());
		assert.deepEqual(elsewhere, { complete: false, files: {} });
	});
});

it("contexts lie on this machine unless they are URLs, images or targets", () => {
	const buildContexts = [
		"a=../a",
		"b=docker-image://x",
		"c=https://x/y.git",
		"d=target:x",
		"e=oci-layout://x",
		"f=/abs",
	];
	const places = (context: string) => [
		...localContexts({ ...plainBuild, context, buildContexts }, "/work/here"),
	];
	const named = [
		["a", "/work/a"],
		["f", "/abs"],
	];
	assert.deepEqual(places("."), [["context", "/work/here"], ...named]);
	for (const context of [
		"-",
		"https://github.com/o/r.git#main",
		"git@github.com:o/r",
		"github.com/o/r",
		"ssh://x",
	])
		assert.deepEqual(places(context), named);
});
