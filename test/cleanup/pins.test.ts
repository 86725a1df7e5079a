import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPin, listPins, type Pin, pinName, planPins } from "../../src/cleanup/pins.ts";
import type { ImageDetails, ListedImage } from "../../src/engine/upkeep.ts";
import { sha256 } from "../../src/image/image.ts";
import { parseReference } from "../../src/image/reference.ts";

const digest = sha256(Buffer.from("base"));
const tag = digest.replace(":", "-");
const now = new Date("2026-11-21T12:00:00Z");

describe("the name of a pin", () => {
	for (const [name, path] of [
		["docker.io/library/alpine", "/docker.io/library/alpine"],
		["127.0.0.1:5000/team/base", "/127.0.0.1_5000/team/base"],
		["Registry.Example:5000/my_app", "/registry.example_5000/my_app"],
		["[fe80::1]:5000/base", ""],
		[`example.org/${"a/".repeat(20)}b`, ""],
		[`example.org/${"a".repeat(250)}`, ""],
	] as const)
		it(`of ${name.slice(0, 40)} is a name that an engine takes, and that no registry has`, () => {
			const pin = pinName({ name, digest });
			assert.equal(pin, `berth.invalid/base${path}:${tag}`);
			assert.equal(parseReference(pin), pin);
			assert.ok(isPin(pin));
		});

	for (const other of [
		`berth.invalid/base:latest`,
		`berth.invalid/probe:${tag}`,
		`berth.invalid/based:${tag}`,
		`docker.io/berth.invalid/base:${tag}`,
		`berth.invalid/base/alpine:${tag}0`,
		`berth.invalid/base/alpine@${digest}`,
		"alpine:3",
	])
		it(`is not ${other}`, () => assert.equal(isPin(other), false));
});

describe("the pins that an engine has", () => {
	const upkeep = (tags: readonly string[], details: ImageDetails | undefined) => ({
		images: () =>
			Promise.resolve({ kind: "listed" as const, items: [{ tags, bytes: 7 } as unknown as ListedImage] }),
		details: () => Promise.resolve(details),
	});
	const details = { id: "", tags: [], digests: [], layers: [], lastTaggedMs: 5 };

	it("tell what they keep", async () => {
		const names = ["docker.io/library/my_app", "localhost:5000/my_1/app_2", ""];
		const tags = names.map((name) => pinName({ name, digest }));
		const listed = await listPins(upkeep(["alpine:3", ...tags], details));
		const found = names.map((name, at) => ({ reference: tags[at], name, digest, bytes: 7, lastUsedMs: 5 }));
		assert.deepEqual(listed, { kind: "listed", items: found });
	});

	it("are none that went meanwhile", async () => {
		const listed = await listPins(upkeep([pinName({ name: "docker.io/library/a", digest })], undefined));
		assert.deepEqual(listed, { kind: "listed", items: [] });
	});
});

describe("a pin goes", () => {
	const maxAgeMs = 60_000;
	const goes = (lastUsedMs: number | undefined) => {
		const pin: Pin = { reference: "", name: "", digest, bytes: 0, lastUsedMs };
		const { released, kept } = planPins([pin], { maxAgeMs, now });
		assert.equal(released.length + kept.length, 1);
		return released.length === 1;
	};

	it("once it was not used for longer than the maximum age", () => {
		assert.equal(goes(now.getTime() - maxAgeMs - 1), true);
		assert.equal(goes(now.getTime() - maxAgeMs), false);
	});

	it("if nobody knows when it was used", () => assert.equal(goes(undefined), true));

	it("not if it was used in what a clock takes for the future", () =>
		assert.equal(goes(now.getTime() + 1), false));
});
