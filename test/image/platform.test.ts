import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bestMatch, type Platform, platformName } from "../../src/image/platform.ts";

/** `linux/arm/v7` as a platform. */
function platform(name: string): Platform {
	const [os = "", architecture = "", variant] = name.split("/");
	return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

describe("of several platforms, the best for an engine", () => {
	for (const [wanted, offered, best] of [
		["linux/amd64", ["linux/arm64", "linux/amd64"], "linux/amd64"],
		["linux/amd64", ["windows/amd64", "linux/amd64"], "linux/amd64"],
		["linux/amd64", ["linux/amd64/v3", "linux/amd64", "linux/amd64/v2"], "linux/amd64"],
		["linux/amd64", ["linux/amd64/v3", "linux/amd64/v2"], "linux/amd64/v2"],
		["linux/arm64", ["linux/arm/v7", "linux/arm64/v8"], "linux/arm64/v8"],
		["linux/arm64/v8", ["linux/arm64"], "linux/arm64"],
		["linux/arm64/v8", ["linux/arm64/v9", "linux/arm64"], "linux/arm64"],
		["linux/arm/v7", ["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v7"],
		["linux/arm/v6", ["linux/arm/v5", "linux/arm/v7", "linux/arm/v6"], "linux/arm/v6"],
		["linux/arm/v6", ["linux/arm/v5", "linux/arm/v7"], "linux/arm/v5"],
		["linux/arm/v7", ["linux/arm"], "linux/arm"],
		["linux/arm/v6", ["linux/arm"], undefined],
		["linux/arm/v6", ["linux/arm/v7"], undefined],
		["linux/s390x", ["linux/ppc64le", "linux/riscv64"], undefined],
		["linux/amd64", [], undefined],
	] as const) {
		it(`is ${best ?? "none"} on ${wanted} of ${offered.join(", ") || "none"}`, () => {
			const found = bestMatch(offered.map(platform), platform(wanted));
			assert.equal(found === undefined ? undefined : offered[found], best);
		});
	}

	it("is the first of equal ones, and never one that isn't named", () => {
		const amd64 = platform("linux/amd64");
		assert.equal(bestMatch([undefined, amd64, amd64], amd64), 1);
		assert.equal(bestMatch([undefined], amd64), undefined);
	});
});

it("a platform reads as docker writes it", () => {
	for (const name of ["linux/amd64", "linux/arm/v7"]) assert.equal(platformName(platform(name)), name);
});
