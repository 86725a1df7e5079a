import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { CLEAN_INPUTS } from "../../src/runner/clean-inputs.ts";
import { run } from "../../src/throwaway/command.ts";
import { actBinary } from "../engines/act.ts";
import { type Corner, dist, elsewhere, newCorner } from "./corner.ts";

const top = join(dist, "..");
const path = ".github/workflows/runner-cleanup.yml";
const workflow = readFileSync(join(top, path), "utf8");

describe("the reusable workflow", () => {
	it("hands every input of the cleanup action on", () => {
		const called = /^ {4}inputs:\n([\s\S]*?)^\S/m.exec(workflow)?.[1] ?? "";
		const names = [...called.matchAll(/^ {6}([\w-]+):$/gm)].map(([, name]) => name);
		assert.deepEqual(names, ["runners", ...CLEAN_INPUTS]);
		const handed = workflow.slice(workflow.indexOf("        with:\n"));
		for (const name of CLEAN_INPUTS)
			assert.ok(handed.includes(`          ${name}: \${{ inputs.${name} }}\n`), name);
	});

	it("cleans up on each of the runners that it is given, when act runs it for a caller", async (t) => {
		const corner = await newCorner(t, "containerd");
		await corner.bring("a:1", "kept:1");
		const caller = elsewhere(t, { ".github/workflows/clean.yml": callerOf(corner) });
		const berth = elsewhere(t);
		for (const part of ["cleanup", "dist", path]) {
			mkdirSync(dirname(join(berth, part)), { recursive: true });
			cpSync(join(top, part), join(berth, part), { recursive: true });
		}
		const args = [
			...["workflow_dispatch", "--workflows", ".github/workflows/clean.yml"],
			...["--platform", "self-hosted=-self-hosted", "--local-repository", `OWNER/berth@v1=${berth}`],
		];
		const env = {
			...corner.env,
			PATH: `${dirname(process.execPath)}:${corner.env["PATH"]}`,
			XDG_CACHE_HOME: join(corner.dir, "cache"),
		};
		const { code, stdout, stderr } = await run(await actBinary(), args, { cwd: caller, env });
		assert.equal(code, 0, `${stdout}${stderr}`);
		for (const name of ["one", "two"])
			assert.match(stdout, new RegExp(`Clean up self-hosted ${name}.*Job succeeded`));
		assert.deepEqual(await corner.names(), ["kept:1"]);
	});
});

function callerOf({ prefix, root }: Corner): string {
	return `name: Clean up
on: workflow_dispatch
permissions: {}
jobs:
  clean:
    uses: OWNER/berth/.github/workflows/runner-cleanup.yml@v1
    with:
      runners: '[["self-hosted", "one"], ["self-hosted", "two"]]'
      prefixes: ${prefix}
      keep-images: ${prefix}/kept*
      min-age: 0s
      cache-root: ${root}
      orphans: false
`;
}
