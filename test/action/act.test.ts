import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../../src/throwaway/command.ts";
import { actBinary } from "../engines/act.ts";
import { baseImage } from "../engines/images.ts";
import { startTestEngine } from "../engines/shared.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));

describe("the self-test workflow", () => {
	it("passes when act runs it, with the action as it lies in the tree", async (t) => {
		// Its own, as the post step removes what appeared in it meanwhile.
		const { engine: containerd, stop } = await startTestEngine("containerd");
		const dir = mkdtempSync("/var/tmp/berth-act-");
		t.after(async () => {
			await stop();
			rmSync(dir, { recursive: true, force: true });
		});
		const base = await baseImage(containerd);
		const args = [
			"push",
			...["--workflows", ".github/workflows/self-test.yml"],
			...["--platform", "ubuntu-latest=-self-hosted"],
			...["--env", `BERTH_CACHE_ROOT=${join(dir, "root")}`],
			...["--env", `BERTH_SAMPLE_BASE=${base}`],
		];
		const node = dirname(process.execPath);
		const env = {
			...process.env,
			...containerd.env,
			PATH: `${node}:${containerd.env["PATH"]}`,
			HOME: join(dir, "home"),
			XDG_CACHE_HOME: join(dir, "cache"),
		};
		const { code, stdout, stderr } = await run(await actBinary(), args, { cwd: top, env });
		assert.equal(code, 0, `${stdout}${stderr}`);
		assert.match(stdout, /Job succeeded/);
		assert.deepEqual(readdirSync(join(dir, "root", "berths")), ["self-test"]);
		assert.equal(readdirSync(join(dir, "root", "berths", "self-test", "generations")).length, 1);
		for (const name of ["jobs", "berths/self-test/clones"]) {
			assert.deepEqual(readdirSync(join(dir, "root", name)), [], stdout);
		}
	});
});
