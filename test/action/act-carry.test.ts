import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "../../src/throwaway/command.ts";
import { actBinary } from "../engines/act.ts";
import { baseImage } from "../engines/images.ts";
import { startTestEngine } from "../engines/shared.ts";
import { cleanEnvironment } from "./corner.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));

describe("cache: github, where act's own cache server speaks the first version of the protocol", () => {
	it("carries a berth from one job to the next, on another cache root", async (t) => {
		const { engine, stop } = await startTestEngine("containerd");
		const dir = mkdtempSync("/var/tmp/berth-act-carry-");
		t.after(async () => {
			await stop();
			rmSync(dir, { recursive: true, force: true });
		});
		const job = (name: string, needs: string, hit: string) => `
  ${name}:
    runs-on: ubuntu-latest
    needs: [${needs}]
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: ./
        id: berth
        with:
          name: carried
          cache: github
          cache-root: ${join(dir, `root-${name}`)}
          context: sample
          outputs: type=cacheonly
          build-args: BASE=\${{ env.BASE }}
      - run: test "$HIT" = ${hit} && docker buildx prune --all --force
        env:
          HIT: \${{ steps.berth.outputs.cache-hit }}
`;
		const workflow = join(dir, "carry.yml");
		writeFileSync(
			workflow,
			`name: carry\non: push\njobs:${job("first", "", "false")}${job("second", "first", "true")}`,
		);
		const base = await baseImage(engine);
		mkdirSync(join(dir, "home"));
		const args = [
			...["push", "--workflows", workflow, "--platform", "ubuntu-latest=-self-hosted"],
			...["--env", `BASE=${base}`, "--cache-server-addr", "127.0.0.1"],
			...["--cache-server-path", join(dir, "server")],
		];
		const env = {
			...{ ...cleanEnvironment(), ...engine.env },
			PATH: `${dirname(process.execPath)}:${engine.env["PATH"]}`,
			...{ HOME: join(dir, "home"), XDG_CACHE_HOME: join(dir, "cache") },
		};
		const { code, stdout, stderr } = await run(await actBinary(), args, { cwd: top, env });
		assert.equal(code, 0, `${stdout}${stderr}`);
		assert.match(stdout, /cache: github: saved .* new packs?/);
		assert.match(stdout, /cache: github: restored the berth of "carried"/);
	});
});
