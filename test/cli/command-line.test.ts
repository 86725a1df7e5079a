import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../src/cli/command-line.ts";
import { usage } from "../../src/cli/usage.ts";
import { CLEAN_INPUTS } from "../../src/runner/clean-inputs.ts";

describe("the command line", () => {
	it("takes a command and its flags in any order", () => {
		const options = { json: true, dockerHost: "unix:///x", cacheRoot: "/c" };
		for (const args of [
			["demo", "--json", "--docker-host", "unix:///x", "--cache-root=/c"],
			["--cache-root", "/c", "--json", "--docker-host=unix:///x", "demo"],
		]) {
			assert.deepEqual(parseCommandLine(args), { kind: "run", command: "demo", options });
		}
	});

	it("takes images to load as they are written, with flags among them", () => {
		const images = ["bazel-bin/image", "out/*.tar=team/app:1", "--odd name"];
		assert.deepEqual(parseCommandLine(["load", "--json", ...images.slice(0, 2), "--", "--odd name"]), {
			kind: "run",
			command: "load",
			images,
			options: { json: true, dockerHost: undefined, cacheRoot: undefined },
		});
	});

	it("takes images to test, and configs as often as they are given", () => {
		const options = { json: false, dockerHost: undefined, cacheRoot: undefined };
		const none = { binary: undefined, platform: undefined, report: undefined };
		assert.deepEqual(parseCommandLine(["test", "web", "--config", "a.yaml"]), {
			kind: "run",
			command: "test",
			test: { images: ["web"], configs: ["a.yaml"], timeoutMs: 600_000, ...none },
			options,
		});
		const more = [
			"--structure-test=./cst",
			"--timeout",
			"90s",
			"--platform=linux/arm64",
			"--report",
			"r.xml",
		];
		assert.deepEqual(parseCommandLine(["test", "--config=a", "web", "--config=b", "db:2", ...more]), {
			kind: "run",
			command: "test",
			test: {
				images: ["web", "db:2"],
				configs: ["a", "b"],
				timeoutMs: 90_000,
				binary: "./cst",
				platform: "linux/arm64",
				report: "r.xml",
			},
			options,
		});
	});

	it("takes the cleanup's inputs as flags, lists as often as they are given", () => {
		const args = ["--prefixes", "a", "--prefixes=b", "--keep-images", "a/x", "--min-age=1h", "--dry-run"];
		const bounds = ["--high-watermark=85%", "--low-watermark", "80%", "--no-orphans", "--cache-root", "/c"];
		assert.deepEqual(parseCommandLine(["clean", ...args, ...bounds, "--json"]), {
			kind: "run",
			command: "clean",
			flags: {
				...{ prefixes: "a\nb", "keep-images": "a/x", "min-age": "1h", "dry-run": "true", orphans: "false" },
				...{ "high-watermark": "85%", "low-watermark": "80%", "cache-root": "/c" },
			},
			options: { json: true, dockerHost: undefined, cacheRoot: "/c" },
		});
		assert.deepEqual(parseCommandLine(["du", "--prefixes", "a"]), {
			kind: "run",
			command: "du",
			flags: { prefixes: "a" },
			options: { json: false, dockerHost: undefined, cacheRoot: undefined },
		});
	});

	it("knows every input of the cleanup as a flag", () => {
		for (const name of CLEAN_INPUTS) {
			const args = name === "dry-run" ? ["--dry-run"] : [`--${name}`, "true"];
			const parsed = parseCommandLine(["clean", ...args]);
			assert.ok(parsed.kind === "run" && parsed.command === "clean", name);
			assert.deepEqual(parsed.flags, { [name]: "true" });
			assert.ok(usage.includes(name), name);
		}
	});

	it("names every command and flag in its help", () => {
		const ofTest = ["test", "--config", "--structure-test", "--timeout", "--platform", "--report"];
		for (const word of [
			"load",
			"clean",
			"du",
			"demo",
			...ofTest,
			"--docker-host",
			"--cache-root",
			"--json",
			"--help",
		])
			assert.ok(usage.includes(word), word);
	});

	it("helps when asked", () => {
		assert.deepEqual(parseCommandLine(["demo", "--help"]), { kind: "help" });
	});

	for (const [args, named] of [
		[[], "no command"],
		[["sail"], '"sail"'],
		[["load"], "IMAGE"],
		[["load", "--json"], "IMAGE"],
		[["load", "image", "--as"], "--as"],
		[["load", "image", "--json=yes"], "--json"],
		[["a\nb"], '"a\\nb"'],
		[["demo", "now"], '"now"'],
		[["demo", "--fast"], "--fast"],
		[["demo", "--cache-root"], "--cache-root"],
		[["test", "--config", "a"], "IMAGE"],
		[["test", "web"], "--config"],
		[["test", "web", "--config", "a", "--timeout", "10"], '"10"'],
		[["test", "web", "--config", "a", "--timeout", "0s"], '"0s"'],
		[["test", "web", "--config", "a", "--timeout", "25d"], '"25d"'],
		[["load", "web", "--config", "a"], "--config"],
		[["demo", "--platform", "a"], "--platform"],
		[["load", "web", "--dry-run"], "--dry-run is for clean alone"],
		[["demo", "--prefixes", "a"], "--prefixes is for clean and du alone"],
		[["clean", "--timeout", "1s"], "--timeout is for test alone"],
		[["clean", "everything"], '"everything"'],
		[["du", "--dry-run"], "--dry-run"],
		[["clean", "--min-age", ""], "--min-age"],
		[["clean", "--prefixes", "a", "--prefixes", " "], "--prefixes"],
		[["clean", "--cache-root="], "--cache-root"],
		[["clean", "--dry-run=true"], "--dry-run"],
		[["clean", "--orphans"], "--orphans"],
		[["clean", "--orphans", "true", "--no-orphans"], "--no-orphans"],
	] as const) {
		it(`names what is wrong in one line: ${JSON.stringify(args)}`, () => {
			const parsed = parseCommandLine(args);
			assert.ok(parsed.kind === "misused");
			assert.ok(parsed.problem.includes(named), parsed.problem);
			assert.doesNotMatch(parsed.problem, /\n/);
		});
	}
});
