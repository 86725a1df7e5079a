import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { readRequests } from "../../src/image/requests.ts";
import { assertOneLine, scratch } from "./reading.ts";

/** A folder with these files; paths that are asked for and found are told as they are within it. */
function folder(t: TestContext, ...files: readonly string[]) {
	const dir = scratch(t);
	for (const file of files) {
		mkdirSync(join(dir, file, ".."), { recursive: true });
		writeFileSync(join(dir, file), "");
	}
	const read = async (...items: readonly string[]) => {
		const { requests, problems } = await readRequests(items.map((item) => join(dir, item)));
		for (const problem of problems) assertOneLine(problem);
		return {
			found: requests.map(({ path, reference }) =>
				[path.slice(dir.length + 1), reference].filter((each) => each !== undefined).join("="),
			),
			problems: problems.map((problem) => problem.replaceAll(`${dir}/`, "")),
		};
	};
	return { dir, read };
}

describe("images that are asked for", () => {
	it("are paths, with a name if one is given", async (t) => {
		const { read } = folder(t);
		assert.deepEqual(await read("a.tar", "out/image=team/app:1"), {
			found: ["a.tar", "out/image=docker.io/team/app:1"],
			problems: [],
		});
	});

	it("are all that a glob matches, files and folders, in order", async (t) => {
		const { read } = folder(t, "c.tar", "a.tar", "b/index.json", "deep/er/d.tar", "other");
		assert.deepEqual((await read("*.tar")).found, ["a.tar", "c.tar"]);
		assert.deepEqual((await read("**/*.tar")).found, ["a.tar", "c.tar", "deep/er/d.tar"]);
		assert.deepEqual((await read("[bc]*", "{other,a.tar}")).found, ["b", "c.tar", "a.tar", "other"]);
		assert.deepEqual((await read("?.tar")).found, ["a.tar", "c.tar"]);
	});

	it("are found by a glob in folders that are links, as Bazel's are", async (t) => {
		const { dir, read } = folder(t, "real/one/image/index.json", "real/two/image/index.json");
		symlinkSync("real", join(dir, "bazel-bin"));
		symlinkSync("one", join(dir, "real", "three"));
		assert.deepEqual((await read("bazel-bin/*/image")).found, [
			"bazel-bin/one/image",
			"bazel-bin/three/image",
			"bazel-bin/two/image",
		]);
		assert.deepEqual((await read("bazel-bin/t*")).found, ["bazel-bin/three", "bazel-bin/two"]);
	});

	it("are a path first, even if it could be a glob", async (t) => {
		const { read } = folder(t, "a[1].tar", "a1.tar");
		assert.deepEqual((await read("a[1].tar")).found, ["a[1].tar"]);
		assert.deepEqual((await read("a[1].tar=app")).found, ["a[1].tar=docker.io/library/app:latest"]);
	});

	it("may have one name by a glob that matches one", async (t) => {
		const { read } = folder(t, "a.tar");
		assert.deepEqual((await read("*.tar=app")).found, ["a.tar=docker.io/library/app:latest"]);
	});

	it("may be one image under two names", async (t) => {
		const { read } = folder(t, "a.tar");
		const asked = ["a.tar=docker.io/library/app:1", "a.tar=docker.io/library/app:2"];
		assert.deepEqual(await read("a.tar=app:1", "a.tar=app:2"), { found: asked, problems: [] });
	});

	it("may be a path with a = in it, if it is there", async (t) => {
		const { read } = folder(t, "k8=x/a.tar");
		assert.deepEqual((await read("k8=x/a.tar")).found, ["k8=x/a.tar"]);
	});

	it("have the name behind the last =", async (t) => {
		const { read } = folder(t, "k8=x/a.tar");
		assert.deepEqual((await read("k8=x/a.tar=app:1")).found, ["k8=x/a.tar=docker.io/library/app:1"]);
	});
});

describe("what can't be asked for is said on a line, and the others are", () => {
	for (const [what, items, problem] of [
		["a name that is none", ["b.tar=App:1"], /^"b\.tar=App:1" names "App:1", .*allowed: PATH or PATH=REP/],
		["an empty name", ["b.tar="], /names "", which is no image reference/],
		["a name with a line in it", ["b.tar=a\nb"], /^"b\.tar=a\\nb" names "a\\nb"/],
		["a glob that matches nothing", ["*.oci"], /^"\*\.oci" matches nothing$/],
		["a glob of several with one name", ["?.tar=app"], /^"\?\.tar" matches 2 images, .* all be "app"$/],
		["a glob without sense", ["[.oci"], /^"\[\.oci" matches nothing$/],
		[
			"one name for two images",
			["b.tar=app", "c.tar=docker.io/library/app:latest"],
			/^"c\.tar" is to be docker\.io\/library\/app:latest, which "b\.tar" is already$/,
		],
	] as const) {
		it(what, async (t) => {
			const { read } = folder(t, "a.tar", "b.tar");
			const { found, problems } = await read("a.tar", ...items);
			assert.equal(found[0], "a.tar");
			assert.equal(problems.length, 1);
			assert.match(problems[0] ?? "", problem);
		});
	}
});
