import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { CleanupReport } from "../../src/report/cleanup-report.ts";
import { run } from "../../src/throwaway/command.ts";
import { baseImageName } from "../engines/images.ts";
import { docker, dockerOrThrow, testStores } from "../engines/index.ts";
import { startProxy } from "../image/engine-proxy.ts";
import {
	assertOnlyByName,
	type Cleaning,
	killedStructureTest,
	layoutIn,
	startCleaningOnSmallDisk,
} from "./cleaning.ts";
import { startRegistry } from "./registry.ts";
import { type Scene, succeeded } from "./scene.ts";

const cli = fileURLToPath(new URL("../../dist/cli/index.js", import.meta.url));
const hook = fileURLToPath(new URL("../../dist/hook.js", import.meta.url));
const megabyte = 1_000_000;
const patience = { interval: 500, timeout: 60_000 };

async function clean({ engine, root }: Scene, ...flags: readonly string[]): Promise<CleanupReport> {
	const env = { ...process.env, ...engine.env };
	const args = [cli, "clean", "--json", "--cache-root", root, ...flags];
	const { code, stdout, stderr } = await run(process.execPath, args, { env });
	assert.equal(code, 0, `${stdout}${stderr}`);
	return JSON.parse(stdout) as CleanupReport;
}

const removedIn = ({ removed }: CleanupReport) => removed.map(({ kind, name }) => `${kind} ${name}`);
const reasonsIn = ({ kept }: CleanupReport) => kept.map(({ name, reason }) => `${name}: ${reason}`);

for (const store of testStores()) {
	describe(`berth clean, ${store}`, { timeout: 300_000 }, () => {
		let cleaning: Cleaning;

		before(async () => {
			cleaning = await startCleaningOnSmallDisk(store, 1500);
		});

		after(() => cleaning.stop());

		/** Builds an image with as many bytes as nothing makes smaller, in layers that no cache holds. */
		async function bring(name: string, megabytes: number): Promise<void> {
			const content = Buffer.alloc(megabytes * megabyte);
			for (let at = 0; at < content.length; at += 4096) content.write(`${name} ${at} ${Math.random()}`, at);
			const { tarOf } = await import("../image/fixtures.ts");
			await dockerOrThrow(cleaning.engine, ["import", "-", name], {
				input: await tarOf([{ name: "file", content }]),
			});
		}

		it("does what its dry run says, and that changes nothing", async (t) => {
			const scene = await cleaning.scene(t);
			await bring("cst.oci.local/a:1", 20);
			await bring("app:1", 1);
			await dockerOrThrow(scene.engine, ["tag", baseImageName, "cst.oci.local/test:1"]);
			await killedStructureTest(scene, "cst.oci.local/test:1");
			await dockerOrThrow(scene.engine, ["volume", "create", "buildx_buildkit_gone0_state"]);
			const built = { context: scene.context(["RUN echo a > /a"]), outputs: "type=cacheonly" };
			if (store === "containerd") await scene.run(built);
			const flags = ["--cache-max-age", "0s"];
			const before = [await cleaning.names(), await cleaning.containers(), await cleaning.volumes()];
			const dry = await clean(scene, ...flags, "--dry-run");
			assert.deepEqual(
				[await cleaning.names(), await cleaning.containers(), await cleaning.volumes()],
				before,
			);
			assert.deepEqual([dry.dryRun, dry.freedBytes, dry.errors], [true, 0, []]);
			const done = await clean(scene, ...flags);
			assert.deepEqual(removedIn(done).sort(), removedIn(dry).sort());
			assert.deepEqual([done.dryRun, done.errors], [false, []]);
			assert.deepEqual(await cleaning.names(), ["app:1"]);
			assert.deepEqual([await cleaning.containers(), await cleaning.volumes()], [[], []]);
			assert.deepEqual(removedIn(done).includes("berth app"), store === "containerd");
			// What the disk says, which nobody else writes on here; the containerd store takes its time.
			if (store === "overlay2") assert.ok(done.freedBytes > 15 * megabyte, JSON.stringify(done));
			await t.waitFor(async () => {
				const { diskFreeAfter } = await clean(scene, "--dry-run");
				assert.ok((diskFreeAfter ?? 0) - (dry.diskFreeBefore ?? 0) > 15 * megabyte);
			}, patience);
		});

		it("says so when the build cache holds what it removed", async (t) => {
			const scene = await cleaning.scene(t);
			const content = Buffer.alloc(30 * megabyte, "x");
			for (let at = 0; at < content.length; at += 512) content.write(`${at} ${Math.random()}`, at);
			const context = scene.context(["COPY big /big"]);
			writeFileSync(join(context, "big"), content);
			await dockerOrThrow(scene.engine, ["build", "--tag", "cst.oci.local/held:1", context]);
			const { removed, freedBytes, remarks } = await clean(scene);
			assert.ok((removed[0]?.bytes ?? 0) > 25 * megabyte, JSON.stringify(removed));
			assert.match(remarks.join("\n"), /the build cache holds /);
			if (store === "overlay2") assert.match(remarks.join("\n"), /^[\d.]+ k?B freed: /);
			assert.ok(freedBytes < (removed[0]?.bytes ?? 0) / 2 + 20 * megabyte);
			const bounded = await clean(scene, "--build-cache-max-used", "1MB");
			assert.deepEqual(removedIn(bounded), ["build-cache of the engine's own builder"]);
			if (store === "overlay2") assert.ok(bounded.freedBytes > 25 * megabyte, JSON.stringify(bounded));
			assert.deepEqual(removedIn(await clean(scene, "--build-cache-max-used", "10MB")), []);
		});

		it("acts above the high watermark only, and takes the least recently used down to the low one", async (t) => {
			const scene = await cleaning.scene(t);
			for (const name of ["old", "used", "new"]) {
				await bring(`cst.oci.local/${name}:1`, 60);
				// Seen, and so older than what comes after it.
				await clean(scene, "--min-age", "1d");
			}
			const [low, high] = ["1B", "2B"];
			assert.deepEqual(
				removedIn(await clean(scene, "--high-watermark", "99%", "--low-watermark", "98%")),
				[],
			);
			const { diskFreeBefore } = await clean(scene, "--dry-run");
			const total = 1500 * 1024 * 1024;
			const used = total - (diskFreeBefore ?? 0);
			const container = await dockerOrThrow(scene.engine, ["create", "cst.oci.local/old:1", "true"]);
			await clean(scene, "--min-age", "1d");
			await dockerOrThrow(scene.engine, ["rm", container]);
			const bounds = [
				"--high-watermark",
				`${used - megabyte}B`,
				"--low-watermark",
				`${used - 30 * megabyte}B`,
			];
			const report = await clean(scene, ...bounds);
			assert.deepEqual(removedIn(report), ["tag cst.oci.local/used:1"], JSON.stringify(report));
			assert.deepEqual(reasonsIn(report).length, 2);
			const rest = await clean(scene, "--high-watermark", high, "--low-watermark", low);
			assert.deepEqual(
				removedIn(rest)
					.filter((each) => each.startsWith("tag"))
					.sort(),
				["tag cst.oci.local/new:1", "tag cst.oci.local/old:1"],
			);
		});

		it("leaves alone what a running job has, and puts right what a killed one left", async (t) => {
			const scene = await cleaning.scene(t);
			const { dir, name } = await layoutIn(scene, "killed");
			const job = scene.job("runner");
			const step = scene.step(job, { images: dir, cleanup: "job" });
			succeeded(await step.main());
			await bring("cst.oci.local/later:1", 1);
			const beside = await clean(scene, "--cache-max-age", "0s");
			assert.deepEqual(removedIn(beside), []);
			assert.match(reasonsIn(beside).join("\n"), /later:1: a job that runs now may have brought it/);
			assert.match(reasonsIn(beside).join("\n"), /sha256-[0-9a-f]{64}: a job that runs now uses it/);
			assert.equal(scene.records().length, 1);
			// The runner was killed: no post step has run, and now its next job's hook does.
			const env = { ...job.env, BERTH_CACHE_ROOT: scene.root, BERTH_CLEANUP_MIN_AGE: "1h" };
			const after = await run(process.execPath, [hook], { env });
			assert.equal(after.code, 0, after.stderr);
			assert.deepEqual(scene.records(), [], after.stdout);
			assert.deepEqual(await cleaning.names(), ["cst.oci.local/later:1"], `${name}\n${after.stdout}`);
			assert.deepEqual(await cleaning.volumes(), []);
		});

		it("goes on beside another, builds, loads and pulls: nothing is lost, nothing fails", async (t) => {
			const scene = await cleaning.scene(t);
			const registry = await startRegistry();
			t.after(registry.stop);
			const pulled = `${registry.address}/pulled:1`;
			await bring(pulled, 5);
			await dockerOrThrow(scene.engine, ["push", pulled]);
			const layouts = await Promise.all(["a", "b", "c"].map((each) => layoutIn(scene, each)));
			const images = layouts.map((each, at) => `${each.dir}=loaded/${at}:1`).join("\n");
			const build = scene.context(["RUN echo a > /a", "RUN echo b > /b"]);
			for (let round = 0; round < 3; round++) {
				for (let at = 0; at < 8; at++)
					await dockerOrThrow(scene.engine, ["tag", baseImageName, `cst.oci.local/x${at}:1`]);
				await dockerOrThrow(scene.engine, ["rmi", pulled]);
				const step = scene.step(scene.job("runner"), { cache: "off", name: "", images });
				const [one, two, built, loaded, pull] = await Promise.all([
					clean(scene),
					clean(scene),
					docker(scene.engine, ["build", "--no-cache", "--tag", "built:1", build]),
					step.main(),
					docker(scene.engine, ["pull", pulled]),
				]);
				succeeded(loaded);
				assert.deepEqual([built.code, pull.code], [0, 0], `${built.stderr}${pull.stderr}`);
				assert.deepEqual([one.errors, two.errors], [[], []]);
				assert.equal([...removedIn(one), ...removedIn(two)].length, 8);
				const there = await cleaning.names();
				for (const name of [pulled, "built:1", "loaded/0:1", "loaded/1:1", "loaded/2:1"])
					assert.ok(there.includes(name), `${name} in ${there}`);
				await dockerOrThrow(scene.engine, [
					"run",
					"--rm",
					"--net=none",
					"built:1",
					"/bin/busybox",
					"cat",
					"/b",
				]);
			}
		});

		it("leaves the base images of builds, as docker's own prune does, until no build uses them", async (t) => {
			const scene = await cleaning.scene(t);
			const registry = await startRegistry();
			t.after(registry.stop);
			const base = `${registry.address}/base:1`;
			await bring(base, 1);
			await dockerOrThrow(scene.engine, ["push", base]);
			await dockerOrThrow(scene.engine, ["rmi", base]);
			const context = join(scene.dir, "upon-base");
			mkdirSync(context);
			writeFileSync(join(context, "file"), scene.nonce);
			writeFileSync(join(context, "Dockerfile"), `FROM ${base}\nCOPY file /\n`);
			const inputs = { name: "", cache: "off", context, tags: "built:1", cleanup: "job" };
			const { main, post } = await scene.run(inputs);
			succeeded(main);
			succeeded(post);
			const pin = (await cleaning.names()).filter((name) => name.startsWith("berth.invalid/base/"));
			assert.match(pin.join(), /^berth\.invalid\/base\/127\.0\.0\.1_\d+\/base:sha256-[0-9a-f]{64}$/);
			await dockerOrThrow(scene.engine, ["rmi", "built:1"]);
			assert.deepEqual(removedIn(await clean(scene, "--prefixes", "built", "--prefixes", "127.0.0.1:1")), []);
			await dockerOrThrow(scene.engine, ["system", "prune", "--force"]);
			assert.deepEqual(await cleaning.names(), pin);
			assert.deepEqual(removedIn(await clean(scene, "--cache-max-age", "0s")), [`tag ${pin[0]}`]);
			assert.deepEqual(await cleaning.names(), []);
		});

		it("asks the engine for no forced delete, none of an image by its id, and no prune of images", async (t) => {
			const scene = await cleaning.scene(t);
			const proxy = await startProxy(scene.engine.host);
			t.after(proxy.close);
			await bring("cst.oci.local/a:1", 1);
			await dockerOrThrow(scene.engine, ["tag", baseImageName, "cst.oci.local/test:1"]);
			await killedStructureTest(scene, "cst.oci.local/test:1");
			await clean(scene, "--docker-host", proxy.host, "--build-cache-max-used", "1B");
			assert.deepEqual(await cleaning.names(), []);
			assertOnlyByName(proxy.crossings, 4);
		});

		it("is ended by a signal without losing count: what is not done is told", async (t) => {
			const scene = await cleaning.scene(t);
			for (let at = 0; at < 20; at++)
				await dockerOrThrow(scene.engine, ["tag", baseImageName, `cst.oci.local/x${at}:1`]);
			let end = () => {};
			const proxy = await startProxy(scene.engine.host, {
				before: ({ method, path }) => {
					if (method !== "DELETE" || !path.startsWith("/images/")) return;
					end();
					// A second signal would end it at once.
					end = () => {};
				},
			});
			t.after(proxy.close);
			const env = { ...process.env, ...scene.engine.env, DOCKER_HOST: proxy.host };
			const child = spawn(process.execPath, [cli, "clean", "--json", "--cache-root", scene.root], { env });
			end = () => child.kill("SIGTERM");
			let said = "";
			child.stdout.on("data", (text: Buffer) => (said += text.toString()));
			await new Promise((resolve) => child.once("close", resolve));
			const report = JSON.parse(said) as CleanupReport;
			assert.ok(report.removed.length < 20 && report.removed.length > 0, said);
			assert.equal((await cleaning.names()).length, 20 - report.removed.length);
			assert.match(report.errors.join("\n"), /told to end/);
		});
	});
}
