import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { startCacheServer } from "./cache-service-v2.ts";
import { jobCache } from "./jobs-cache.ts";

const server = await startCacheServer({ after });

/** Ways in which a member of an archive gets out of the folder that it is unpacked in. */
const escapes: Readonly<Record<string, (dir: string, victim: string) => readonly string[]>> = {
	"by an absolute path": (_dir, victim) => {
		writeFileSync(victim, "forged");
		return [victim];
	},
	"by a path that leads up": (_dir, victim) => {
		writeFileSync(victim, "forged");
		return [`${"../".repeat(12)}${victim.slice(1)}`];
	},
	"through a link": (dir, victim) => {
		mkdirSync(join(dir, "berth-carry"), { recursive: true });
		symlinkSync(join(victim, ".."), join(dir, "berth-carry", "link"));
		writeFileSync(victim, "forged");
		return ["berth-carry/link", `berth-carry/link/${victim.split("/").at(-1)}`];
	},
};

describe("an archive that somebody has made up", () => {
	for (const [how, forge] of Object.entries(escapes))
		it(`writes nothing outside ${how}`, async (t) => {
			const dir = mkdtempSync("/var/tmp/berth-forged-");
			t.after(() => rmSync(dir, { recursive: true, force: true }));
			const outside = join(dir, "outside");
			const inside = join(dir, "inside");
			for (const each of [outside, inside]) mkdirSync(each);
			const victim = join(outside, "victim");
			const names = forge(inside, victim);
			const archive = join(dir, "forged.tzst");
			const flags = ["--create", "--zstd", "--absolute-names", "--file", archive, "--directory", inside];
			execFileSync("tar", [...flags, ...names]);
			rmSync(victim);
			const key = `forged-${how.replaceAll(" ", "-")}`;
			const job = jobCache(t, server.env({ ref: "refs/heads/main" }));
			job.stage({ file: "" });
			assert.deepEqual(await job.save(key), { kind: "saved" });
			await server.replace(key, readFileSync(archive));
			const other = jobCache(t, server.env({ ref: "refs/heads/main" }));
			await other.restore([key]);
			assert.deepEqual([existsSync(victim), readdirSync(outside)], [false, []]);
		});
});
