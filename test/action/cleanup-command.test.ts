import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import type { CleanupReport, DiskUse } from "../../src/report/cleanup-report.ts";
import { testStores } from "../engines/index.ts";
import { berth } from "../image/berth-process.ts";
import { type Corner, newCorner } from "./corner.ts";

/** Flags that keep a command to the corner: others' orphans are theirs. */
const within = ({ prefix, root }: Corner) => ["--prefixes", prefix, "--no-orphans", "--cache-root", root];

for (const store of testStores()) {
	describe(`berth clean and du, ${store}`, { concurrency: 2 }, () => {
		it("say a line for each name that goes, then what was removed and what is free", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1", "b:1");
			const { code, stdout, stderr } = await berth(corner.env, "clean", ...within(corner));
			assert.equal(code, 0, stderr);
			assert.deepEqual(await corner.names(), []);
			for (const name of ["a:1", "b:1"])
				assert.ok(stderr.includes(`Removed the tag ${corner.prefix}/${name}`), stderr);
			assert.match(stdout, /^Removed\n {2}2 {2}tags/);
			assert.match(stdout, /^Freed .*; .* are free now$/m);
		});

		it("name in a dry run what would go", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1");
			const { code, stdout, stderr } = await berth(corner.env, "clean", ...within(corner), "--dry-run");
			assert.equal(code, 0, stderr);
			assert.ok(stderr.includes(`Would remove the tag ${corner.prefix}/a:1`), stderr);
			assert.match(stdout, /^Would remove\n {2}1 {2}tag/);
			assert.match(stdout, /^Dry run: nothing was removed/m);
			assert.deepEqual(await corner.names(), ["a:1"]);
		});

		it("print nothing but JSON with --json", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1");
			const du = await berth(
				corner.env,
				"du",
				"--prefixes",
				corner.prefix,
				"--cache-root",
				corner.root,
				"--json",
			);
			assert.equal(du.code, 0, du.stderr);
			const use = JSON.parse(du.stdout) as DiskUse;
			assert.deepEqual(
				use.tags.map(({ name }) => name),
				[`${corner.prefix}/a:1`],
			);
			assert.deepEqual(use.berths, []);
			assert.deepEqual(await corner.names(), ["a:1"]);
			const dry = await berth(corner.env, "clean", ...within(corner), "--dry-run", "--json");
			const report = JSON.parse(dry.stdout) as CleanupReport;
			assert.deepEqual([dry.code, report.dryRun, report.freedBytes], [0, true, 0]);
			assert.deepEqual(
				report.removed.map(({ kind, name }) => [kind, name]),
				[["tag", `${corner.prefix}/a:1`]],
			);
			assert.deepEqual(await corner.names(), ["a:1"]);
		});

		it("take the engine of --docker-host", async (t) => {
			const corner = await newCorner(t, store);
			await corner.bring("a:1");
			const env = { ...corner.env, DOCKER_HOST: `unix://${corner.dir}/dead.sock` };
			const args = [...within(corner), "--docker-host", corner.engine.host];
			const { code, stderr } = await berth(env, "clean", ...args);
			assert.equal(code, 0, stderr);
			assert.deepEqual(await corner.names(), []);
		});
	});
}

describe("berth clean and du", { concurrency: 2 }, () => {
	it("end with 1 where the engine can't be reached, and say where it was looked for", async (t) => {
		const corner = await newCorner(t, "containerd");
		const env = { ...corner.env, DOCKER_HOST: `unix://${corner.dir}/dead.sock` };
		for (const command of [
			["clean", ...within(corner)],
			["du", "--cache-root", corner.root],
		]) {
			const { code, stderr } = await berth(env, ...command);
			assert.equal(code, 1, stderr);
			assert.match(stderr, /^berth: .*dead\.sock/m);
		}
	});

	it("end with 2 on a flag that won't do, having touched nothing", async (t) => {
		const corner = await newCorner(t, "containerd");
		for (const [args, line] of [
			[["clean", "--min-age", "soon"], /^berth: --min-age: "soon"; allowed: /],
			[["clean", "--prefixes", "docker.io"], /^berth: --prefixes: "docker\.io" would make base images/],
			[["clean", "--high-watermark", "80%"], /^berth: --high-watermark: needs --low-watermark; /],
			[["du", "--prefixes", "a:b:c"], /^berth: --prefixes: "a:b:c"; allowed: /],
		] as const) {
			const { code, stdout, stderr } = await berth(
				corner.env,
				...args,
				"--cache-root",
				corner.root,
				"--json",
			);
			assert.deepEqual([code, stdout], [2, ""]);
			assert.match(stderr, line);
		}
		assert.equal(existsSync(corner.root), false);
	});
});
