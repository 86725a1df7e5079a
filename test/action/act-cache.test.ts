import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../../src/throwaway/command.ts";
import { actBinary } from "../engines/act.ts";
import { cleanEnvironment } from "./corner.ts";

const oneCall = fileURLToPath(new URL("../carry/one-call.ts", import.meta.url));

describe("act's own cache server, which speaks the first version of the protocol", () => {
	it("brings to a second job what the first has saved", async (t) => {
		const dir = mkdtempSync("/var/tmp/berth-act-cache-");
		t.after(() => rmSync(dir, { recursive: true, force: true }));
		const step = (...args: readonly string[]) =>
			`      - run: '"${process.execPath}" "${oneCall}" ${args.join(" ")}'`;
		const job = (name: string, needs: string, ...steps: readonly string[]) => [
			...[`  ${name}:`, "    runs-on: ubuntu-latest", `    needs: [${needs}]`, "    steps:"],
			...steps,
		];
		const result = (name: string) => join(dir, `${name}.json`);
		const workflow = [
			...["name: carry", "on: push", "jobs:"],
			...job("first", "", step("save", result("saved"), "pack-1")),
			...job(
				"second",
				"first",
				step("restore", result("restored"), "pack-9", "pack-"),
				step("restore", result("missed"), "pack-"),
			),
		];
		mkdirSync(join(dir, "repo", ".github", "workflows"), { recursive: true });
		writeFileSync(join(dir, "repo", ".github", "workflows", "carry.yml"), `${workflow.join("\n")}\n`);
		const args = [
			...["push", "--platform", "ubuntu-latest=-self-hosted", "--cache-server-addr", "127.0.0.1"],
			...["--cache-server-path", join(dir, "server"), "--container-daemon-socket", "-"],
		];
		const env = { ...cleanEnvironment(), HOME: join(dir, "home"), XDG_CACHE_HOME: join(dir, "cache") };
		const { code, stdout, stderr } = await run(await actBinary(), args, { cwd: join(dir, "repo"), env });
		assert.equal(code, 0, `${stdout}${stderr}`);
		const came = (name: string): unknown => JSON.parse(readFileSync(result(name), "utf8"));
		assert.deepEqual(came("saved"), { kind: "saved" });
		assert.deepEqual(came("restored"), { kind: "restored", key: "pack-1" });
		assert.deepEqual(came("missed"), { kind: "miss" });
	});
});
