import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asHold } from "../../src/cache/hold.ts";
import { build, commit, newRoot, open } from "./jobs.ts";
import { exportInto, layers } from "./layouts.ts";

const id = "20260101T000000Z-0123456789abcdef";
const root = { mediaType: "layer", digest: `sha256:${"0".repeat(64)}`, size: 1 };
const clone = { id, berth: "app", base: { generation: id, roots: [root] } };
const hold = { root: "/cache", job: id, clone };

describe("a hold that went through the runner's state as text", () => {
	test("commits in the post step as it would have at once", (t) => {
		const dir = newRoot(t);
		build(dir, "app", layers("base"));
		for (const name of ["app", "new"]) {
			const opened = open(dir, name);
			exportInto(opened.dir, layers("base", "more"));
			const read = asHold(JSON.parse(JSON.stringify(opened.hold)));
			assert.deepEqual(read, opened.hold);
			assert.ok(read && commit({ ...opened, hold: read }).kind === "swapped-in");
		}
	});

	const garbage: Readonly<Record<string, unknown>> = {
		nothing: undefined,
		null: null,
		text: "hold",
		"a list": [],
		"without a root": { ...hold, root: undefined },
		"with a path for a job": { ...hold, job: "../../x" },
		"without a clone": { ...hold, clone: null },
		"with a path for a clone": { ...hold, clone: { ...clone, id: `../${id}` } },
		"with a path for a berth": { ...hold, clone: { ...clone, berth: "../app" } },
		"with a path for a generation": {
			...hold,
			clone: { ...clone, base: { generation: ".", roots: [root] } },
		},
		"with a path for a digest": {
			...hold,
			clone: { ...clone, base: { generation: id, roots: [{ ...root, digest: "sha256:../x" }] } },
		},
	};
	for (const [what, value] of Object.entries(garbage)) {
		test(`is none: ${what}`, () => assert.equal(asHold(value), undefined));
	}

	test("keeps nothing but what belongs to it", () => {
		assert.deepEqual(asHold({ ...hold, more: 1, clone: { ...clone, dir: "/etc" } }), hold);
	});
});
