import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { findStructureTest } from "../../src/structure/binary.ts";
import { pinnedRelease } from "../../src/structure/release.ts";
import { failed, newMachine, script } from "./machine.ts";
import { nobody, redirect, refused, serve, stalled, truncated, whole } from "./release-server.ts";

describe("a download that fails leaves nothing, and one line", () => {
	it("if what comes isn't the release", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(`${script}#`));
		const result = await findStructureTest(undefined, machine.tools(`${server.url}/file`));
		const { sha256 } = machine.tools("").release ?? pinnedRelease;
		failed(
			machine,
			result,
			new RegExp(
				`what came from ${server.url}/file isn't .* 9\\.9\\.9: its SHA-256 is [0-9a-f]{64}, not ${sha256["linux-amd64"]};`,
			),
		);
		assert.equal(server.asked.length, 1);
	});

	it("if it isn't there, without asking again", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, refused(404));
		failed(
			machine,
			await findStructureTest(undefined, machine.tools(`${server.url}/file`)),
			/9\.9\.9 couldn't be downloaded from http:\/\/127[^ ]*\/file: HTTP 404 from 127\.0\.0\.1:\d+;/,
		);
		assert.equal(server.asked.length, 1);
	});

	it("if it is cut short each time", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, truncated(script));
		const size = `${script.length / 2} of ${script.length} bytes`;
		failed(
			machine,
			await findStructureTest(undefined, machine.tools(server.url)),
			new RegExp(`the connection broke from 127[^ ]*, after ${size} \\(the last of 3 attempts\\);`),
		);
		assert.equal(server.asked.length, 3);
	});

	it("if the server stalls, before its answer or within it, or never ends", async (t) => {
		const machine = newMachine(t, { attempts: 1 });
		for (const answer of [() => undefined, stalled(script)]) {
			const server = await serve(t, answer);
			const result = await findStructureTest(undefined, machine.tools(server.url));
			failed(machine, result, /: nothing came for 0\.3 s from 127\.0\.0\.1:\d+(, after \d+ of \d+ bytes)?;/);
		}
		const endless = await serve(t, (response) => {
			const timer = setInterval(() => response.write("more"), 10);
			response.on("close", () => clearInterval(timer));
		});
		const hurried = newMachine(t, { attempts: 1, totalMs: 500 });
		failed(
			hurried,
			await findStructureTest(undefined, hurried.tools(endless.url)),
			/: not done within 0\.5 s from 127\.0\.0\.1:\d+, after \d+ bytes;/,
		);
	});

	it("if nobody listens, or the server only ever redirects", async (t) => {
		const machine = newMachine(t);
		failed(
			machine,
			await findStructureTest(undefined, machine.tools(await nobody())),
			/: connect ECONNREFUSED 127[^ ]* from 127\.0\.0\.1:\d+ \(the last of 3 attempts\);/,
		);
		const server = await serve(t, redirect("/again"));
		failed(
			machine,
			await findStructureTest(undefined, machine.tools(server.url)),
			/: more than 5 redirects;/,
		);
		const elsewhere = await serve(t, redirect("file:///etc/passwd"));
		failed(machine, await findStructureTest(undefined, machine.tools(elsewhere.url)), /which is not https;/);
	});

	it("if the tool cache can't be written", async (t) => {
		const machine = newMachine(t);
		const server = await serve(t, whole(script));
		writeFileSync(machine.env.RUNNER_TOOL_CACHE, "a file in its place");
		const result = await findStructureTest(undefined, machine.tools(server.url));
		assert.match(
			result.kind === "none" ? result.problem : "",
			/couldn't be put into the tool cache: ENOTDIR/,
		);
		assert.deepEqual(machine.temporary(), []);
	});

	it("on a machine that the release has nothing for", async (t) => {
		const machine = newMachine(t);
		const tools = {
			...machine.tools(""),
			release: pinnedRelease,
			machine: { platform: "win32", arch: "x64" },
		};
		failed(
			machine,
			await findStructureTest(undefined, tools),
			/is downloaded for darwin-amd64, darwin-arm64, linux-amd64, linux-arm64, but this is win32-amd64;/,
		);
	});
});
