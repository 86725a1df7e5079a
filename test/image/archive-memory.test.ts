import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { scratch } from "./reading.ts";

const source = fileURLToPath(new URL("../../src/image/archive.ts", import.meta.url));

// What is read goes into the taker's own buffer: nothing piles up.
const program = `
	import { Archive } from ${JSON.stringify(source)};
	const bytes = { path: process.argv[1], offset: 0, size: Number(process.argv[2]) };
	let counted = 0;
	const blob = { digest: "sha256:" + "0".repeat(64), bytes };
	const archive = new Archive([{ name: "layer", blob }], (length) => { counted += length; });
	const buffer = Buffer.alloc(256 * 1024);
	while (await archive.read(buffer));
	console.log(JSON.stringify({ counted, reason: archive.fault?.reason, kilobytes: process.resourceUsage().maxRSS }));
`;

it("an archive of gigabytes is sent in a process that stays under 200 MB", async (t) => {
	const [path, size] = [join(scratch(t), "layer"), 2 ** 30];
	writeFileSync(path, "");
	truncateSync(path, size);
	const args = ["--input-type=module", "--eval", program, path, String(size)];
	const { stdout } = await promisify(execFile)(process.execPath, args);
	const { counted, reason, kilobytes } = JSON.parse(stdout);
	assert.equal(counted, size);
	assert.equal(reason, "has other bytes than its name says");
	assert.ok(kilobytes < 200_000, `${kilobytes} kB`);
});
