import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDigest } from "../../src/image/digest.ts";
import { defaultReference } from "../../src/image/image.ts";
import { familiar, parseReference } from "../../src/image/reference.ts";
import { imageOf } from "./fixtures.ts";

const hex = "a".repeat(64);

describe("a name that docker takes for an image", () => {
	for (const [given, full, shown] of [
		["app", "docker.io/library/app:latest", "app:latest"],
		["app:1", "docker.io/library/app:1", "app:1"],
		["team/app:1.0_x-Y", "docker.io/team/app:1.0_x-Y", "team/app:1.0_x-Y"],
		["library/app", "docker.io/library/app:latest", "app:latest"],
		["docker.io/app:1", "docker.io/library/app:1", "app:1"],
		["index.docker.io/team/app:1", "docker.io/team/app:1", "team/app:1"],
		["localhost/app", "localhost/app:latest", "localhost/app:latest"],
		["localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"],
		["127.0.0.1:5000/a/b/c:x", "127.0.0.1:5000/a/b/c:x", "127.0.0.1:5000/a/b/c:x"],
		["[::1]:5000/app:1", "[::1]:5000/app:1", "[::1]:5000/app:1"],
		["Registry/app", "Registry/app:latest", "Registry/app:latest"],
		["a.example/a__b/c-d/e.f:1", "a.example/a__b/c-d/e.f:1", "a.example/a__b/c-d/e.f:1"],
		["localhost", "docker.io/library/localhost:latest", "localhost:latest"],
		[`${hex}:1`, `docker.io/library/${hex}:1`, `${hex}:1`],
	] as const) {
		it(`is that name in full: ${given}`, () => {
			const reference = parseReference(given);
			assert.ok(reference !== undefined);
			assert.equal(reference, full);
			assert.equal(familiar(reference), shown);
			assert.equal(parseReference(familiar(reference)), full);
		});
	}

	it("is the name of an image that is given none", () => {
		const image = imageOf([]);
		const name = `cst.oci.local/sha256-${image.digest.slice(7)}:sha256-${image.digest.slice(7)}`;
		assert.ok(isDigest(image.digest));
		const given = { named: image.digest } as Parameters<typeof defaultReference>[0];
		assert.equal(defaultReference(given), name);
		assert.equal(parseReference(name), name);
	});
});

describe("a name that docker doesn't take for an image", () => {
	for (const text of [
		...[
			"",
			":",
			"/",
			":1",
			"app:",
			"/app",
			"app/",
			"a//b",
			"App",
			"app:1:2",
			"app:ä",
			"a b",
			"app\n",
			" app",
		],
		...["team/App:1", "-app", "app-", "a..b", "a___b", "app:-1", "app:.1", `app:${"x".repeat(129)}`],
		...[`app@sha256:${hex}`, `app:1@sha256:${hex}`, `sha256:${hex}/a`, hex, "../app", "./app", "/etc/passwd"],
		...["https://a.example/app", "a.example:port/app", "a.example:/app", "-a.example/app", "a.example./app"],
		...["[::1/app", "app=1", "app?x", "app%2f", "a\\b", "x".repeat(256), `a.example/${"x/".repeat(130)}x`],
	]) {
		it(`is none: ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(parseReference(text), undefined));
	}
});
