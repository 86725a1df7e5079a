import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { freeAddress, parseRoutes } from "../../src/throwaway/bridge.ts";
import { mainMirror, parseRepositories } from "../../src/throwaway/debian-mirror.ts";
import { newerLibcNeeded } from "../../src/throwaway/libc.ts";
import { mountPointsUnder } from "../../src/throwaway/mounts.ts";

describe("the mirror engines are taken from", () => {
	const listed = [
		"'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0 ",
		...["other.example/apt cloud-bookworm main", "mirror.example/debian-security bookworm-security main"],
		...["mirror.example/debian bookworm-updates main", "mirror.example/debian bookworm non-free"],
		"mirror.example/debian bookworm main",
	].map((entry) => {
		const [uri, release, component] = entry.split(" ");
		return entry.startsWith("'")
			? entry
			: `'http://${uri}/dists/${release}/${component}/binary-amd64/Packages.xz' x 0 `;
	});

	it("is that of Debian proper", () => {
		const repositories = parseRepositories(`${listed.join("\n")}\n\n`);
		assert.equal(mainMirror(repositories, "bookworm"), "http://mirror.example/debian");
	});

	it("may be of a suite newer than this program", () => {
		const line = "'http://mirror.example/debian/dists/forky/main/binary-amd64/Packages.xz' x 0";
		assert.equal(mainMirror(parseRepositories(line), "forky"), "http://mirror.example/debian");
		assert.equal(mainMirror(parseRepositories(line), undefined), undefined);
	});
});

describe("the libc a package needs", () => {
	it("is told from older ones by number", () => {
		assert.equal(newerLibcNeeded("libc6 (>= 2.38), libseccomp2 (>= 2.5.0)", "2.36"), "2.38");
		assert.equal(newerLibcNeeded("iptables, libc6 (>= 2.4)", "2.36"), undefined);
		assert.equal(newerLibcNeeded("init", "2.36"), undefined);
	});
});

describe("the subnet of an engine's bridge", () => {
	const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";
	const route = (destination: string, mask: string) =>
		`eth0\t${destination}\t00000000\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;

	it("is free of the default route, which is everywhere", () => {
		const routes = parseRoutes(head + route("00000000", "00000000"));
		assert.equal(
			freeAddress(routes, () => 0),
			"10.128.0.1",
		);
	});

	it("keeps off narrower and wider routes", () => {
		const narrow = parseRoutes(head + route("0500800A", "FFFFFFFF"));
		assert.equal(
			freeAddress(narrow, () => 0),
			undefined,
		);
		assert.equal(
			freeAddress(narrow, () => 0.5),
			"10.192.128.1",
		);
		const wide = parseRoutes(head + route("0000000A", "000000FF"));
		assert.equal(freeAddress(wide, Math.random), undefined);
	});
});

describe("the mounts under a folder", () => {
	it("are those below it and not beside it, innermost first", () => {
		const line = (point: string) => `42 27 0:1 / ${point} rw - overlay overlay rw`;
		const mountinfo = ["/a", "/a/b", "/a/b/c\\040d", "/ab"].map(line).join("\n");
		assert.deepEqual(mountPointsUnder("/a", mountinfo), ["/a/b/c d", "/a/b", "/a"]);
	});
});
