/** Finds the binary as a step does, in a process of its own, with the machine's environment; says what came of it. */
import { createHash } from "node:crypto";
import { openToolCache } from "../../src/runner/tool-cache.ts";
import { usualPatience } from "../../src/runner/transfer.ts";
import { findStructureTest } from "../../src/structure/binary.ts";
import { pinnedRelease } from "../../src/structure/release.ts";

const [content = "", url = ""] = process.argv.slice(2);
const patience = { ...usualPatience, pauseMs: 1, stallMs: 1000 };
const sha256 = content === "" ? {} : { "linux-amd64": createHash("sha256").update(content).digest("hex") };
const result = await findStructureTest(undefined, {
	cache: openToolCache(process.env, patience),
	machine: { platform: "linux", arch: "x64" },
	release: {
		...pinnedRelease,
		...(url === "" ? {} : { urlOf: () => url }),
		sha256: { ...pinnedRelease.sha256, ...sha256 },
	},
});
console.log(JSON.stringify(result));
