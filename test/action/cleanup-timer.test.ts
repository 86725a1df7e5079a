import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, it } from "node:test";
import { run } from "../../src/throwaway/command.ts";
import { verifyUnits } from "../engines/systemd.ts";
import { dist, elsewhere, newCorner } from "./corner.ts";

const folder = join(dist, "..", "cleanup", "systemd");
const service = readFileSync(join(folder, "berth-cleanup@.service"), "utf8");
const timer = readFileSync(join(folder, "berth-cleanup@.timer"), "utf8");

describe("the systemd units", { concurrency: 2 }, () => {
	it("are what systemd understands, as they are and for a user", async (t) => {
		const units: Record<string, string> = {};
		for (const instance of ["", "root"]) {
			units[`berth-cleanup@${instance}.service`] = service;
			units[`berth-cleanup@${instance}.timer`] = timer;
		}
		const { code, stdout, stderr } = await verifyUnits(elsewhere(t, units), Object.keys(units));
		assert.deepEqual([code, stdout, stderr], [0, "", ""]);
	});

	it("are not, where a word of theirs is wrong", async (t) => {
		const units = { "berth-cleanup@.service": service.replace("Nice=", "Nicer=") };
		const { stderr } = await verifyUnits(elsewhere(t, units), Object.keys(units));
		assert.match(stderr, /Unknown key 'Nicer'/);
	});

	it("clean up with the command that they name, in the surroundings that they give it", async (t) => {
		const corner = await newCorner(t, "containerd");
		await corner.bring("a:1", "kept:1");
		const flags = `--prefixes ${corner.prefix} --no-orphans --cache-root ${corner.root} --keep-images **/k*`;
		const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`;
		const env = { HOME: corner.dir, DOCKER_HOST: corner.engine.host, PATH };
		const fresh = await run(...commandOf(flags), { env });
		assert.equal(fresh.code, 0, fresh.stderr);
		assert.match(fresh.stdout, /min-age is 1h/);
		assert.deepEqual(await corner.names(), ["a:1", "kept:1"]);
		const sooner = await run(...commandOf(`${flags} --min-age 0s`), { env });
		assert.equal(sooner.code, 0, sooner.stderr);
		assert.deepEqual(await corner.names(), ["kept:1"]);
	});
});

/** The command of the service as systemd makes it of its words, Berth lying where it does. */
function commandOf(flags: string): [file: string, args: readonly string[]] {
	const line = /^ExecStart=(.*)$/m.exec(service)?.[1] ?? "";
	assert.match(line, /\/opt\/berth\/dist\/cli\/index\.js /);
	const here = line.replace("/opt/berth/dist/", dist).replace("$BERTH_CLEAN_FLAGS", flags);
	const [file = "", ...args] = here.split(" ");
	assert.equal(basename(file), "env");
	return [file, args];
}
