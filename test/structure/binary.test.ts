import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { find } from "@actions/tool-cache";
import { openToolCache } from "../../src/runner/tool-cache.ts";
import { findStructureTest } from "../../src/structure/binary.ts";
import { found, newMachine, place, script } from "./machine.ts";
import { redirect, refused, serve, stalled, truncated, whole } from "./release-server.ts";

describe("the binary that is given", () => {
	it("is used, whatever else there is", async (t) => {
		const machine = newMachine(t);
		const path = join(machine.dir, "cst");
		writeFileSync(path, script, { mode: 0o755 });
		assert.deepEqual(await findStructureTest(path, machine.tools("http://127.0.0.1:9")), {
			kind: "found",
			path,
		});
	});

	it("is refused in one line if it is missing, a directory or not executable", async (t) => {
		const machine = newMachine(t);
		writeFileSync(join(machine.dir, "text"), script, { mode: 0o644 });
		const cases = [
			["missing", "doesn't exist"],
			["text/below", "doesn't exist"],
			["", "isn't a file"],
			["text", "isn't executable for this user"],
		];
		for (const [name = "", objection] of cases) {
			const given = join(machine.dir, name);
			const problem = `structure-test: "${given}" ${objection}; give the path of a container-structure-test binary, or nothing to have one found or downloaded`;
			const result = await findStructureTest(given, machine.tools("http://127.0.0.1:9"));
			assert.deepEqual(result, { kind: "none", problem });
		}
	});
});

describe("the binary on PATH", () => {
	it("is used if none is given", async (t) => {
		const machine = newMachine(t);
		const bin = join(machine.dir, "bin");
		mkdirSync(bin);
		writeFileSync(join(bin, "container-structure-test"), script, { mode: 0o755 });
		const { PATH } = process.env;
		t.after(() => Object.assign(process.env, { PATH }));
		process.env["PATH"] = bin;
		const { cache, ...rest } = machine.tools("http://127.0.0.1:9");
		const result = await findStructureTest(undefined, { ...rest, cache: openToolCache(machine.env) });
		assert.deepEqual(result, { kind: "found", path: join(bin, "container-structure-test") });
	});
});

describe("the release's binary", () => {
	it("is downloaded, kept where tool-cache finds it, and not downloaded again", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(script));
		found(machine, await findStructureTest(undefined, machine.tools(`${server.url}/v9.9.9/file`)));
		found(machine, await findStructureTest(undefined, machine.tools(`${server.url}/v9.9.9/file`)));
		assert.deepEqual(server.asked, ["/v9.9.9/file"]);
		t.after(() => delete process.env["RUNNER_TOOL_CACHE"]);
		process.env["RUNNER_TOOL_CACHE"] = machine.env.RUNNER_TOOL_CACHE;
		const kept = find("container-structure-test", "9.9.9", "x64");
		assert.equal(kept, join(machine.env.RUNNER_TOOL_CACHE, place, ".."));
	});

	it("is had through redirects, relative ones, too", async (t) => {
		const machine = newMachine(t);
		const store = await serve(t, redirect("/file?token=1"), whole(script));
		const server = await serve(t, redirect(`${store.url}/asset`));
		found(machine, await findStructureTest(undefined, machine.tools(server.url)));
		assert.deepEqual(store.asked, ["/asset", "/file?token=1"]);
	});

	it("is had in a second attempt if the server was busy, or the connection broke", async (t) => {
		for (const first of [refused(503), refused(429), truncated(script), stalled(script)]) {
			const machine = newMachine(t);
			const server = await serve(t, first, whole(script));
			found(machine, await findStructureTest(undefined, machine.tools(server.url)));
			assert.equal(server.asked.length, 2);
		}
	});

	it("takes the place of a cached one that was tampered with", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(script));
		const file = join(machine.env.RUNNER_TOOL_CACHE, place);
		for (const tamper of [
			() => writeFileSync(file, `${script}rm -rf /\n`),
			() => writeFileSync(file, script.slice(1)),
			() => chmodSync(file, 0o644),
			() => rmSync(file),
		]) {
			await findStructureTest(undefined, machine.tools(server.url));
			tamper();
			const before = server.asked.length;
			found(machine, await findStructureTest(undefined, machine.tools(server.url)));
			assert.equal(server.asked.length, before + 1);
			assert.equal(readFileSync(file, "utf8"), script);
		}
	});

	it("comes to one whole file if many fetch it at once", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(script));
		const many = Array.from({ length: 8 }, () => findStructureTest(undefined, machine.tools(server.url)));
		for (const result of await Promise.all(many)) found(machine, result);
	});

	it("is neither absent nor partial while others put it there again", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(script));
		found(machine, await findStructureTest(undefined, machine.tools(server.url)));
		const { cache } = machine.tools(server.url);
		const tool = { name: "container-structure-test", version: "9.9.9", arch: "x64" };
		const other = join(machine.dir, "other");
		writeFileSync(other, script, { mode: 0o755 });
		let kept = false;
		const keeping = Promise.all(Array.from({ length: 50 }, () => cache.keep(other, tool))).then(() => {
			kept = true;
		});
		while (!kept) {
			assert.equal(readFileSync(cache.placeOf(tool), "utf8"), script);
			await new Promise(setImmediate);
		}
		await keeping;
		found(machine, await findStructureTest(undefined, machine.tools(server.url)));
	});
});
