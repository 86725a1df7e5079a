import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { blamesCache, lastError } from "../../src/build/failure.ts";

const DIGEST = `sha256:${"c".repeat(64)}`;
const FAILED_RUN = `#7 [2/2] RUN pip install nothing
#7 1.204 ERROR: No matching distribution found for nothing
#7 ERROR: process "/bin/sh -c pip install nothing" did not complete successfully: exit code: 1
------
 > [2/2] RUN pip install nothing:
1.204 ERROR: No matching distribution found for nothing
------
Dockerfile:2
--------------------
   2 | >>> RUN pip install nothing
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c pip install nothing" did not complete successfully: exit code: 1

View build details: docker-desktop://dashboard/build/default/default/x
`;

describe("the line that says why a build failed", () => {
	const cases = [
		{
			name: "is buildx's verdict, not what a step printed or what follows",
			stderr: FAILED_RUN,
			line: 'process "/bin/sh -c pip install nothing" did not complete successfully: exit code: 1',
		},
		{
			name: "has no colours",
			stderr: "\u001b[31mERROR: failed to solve: \u001b[1mno space left on device\u001b[0m\n",
			line: "no space left on device",
		},
		{
			name: "has no wrappings of the transport",
			stderr:
				"ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
			line: "error reading from server: EOF",
		},
		{
			name: "is the last verdict of several",
			stderr: "ERROR: first\nsomething\nERROR: second\r\n",
			line: "second",
		},
		{
			name: "is the last line where there is no verdict",
			stderr: "#1 building\nunknown flag: --x\n\n",
			line: "unknown flag: --x",
		},
		{
			name: "is the complaint about an argument, not the advice that engine 26 prints below",
			stderr: "unknown flag: --nonsense\nSee 'docker buildx build --help'.\n",
			line: "unknown flag: --nonsense",
		},
		{ name: "is empty where nothing was printed", stderr: " \n", line: "" },
	];
	for (const { name, stderr, line } of cases) test(name, () => assert.equal(lastError(stderr), line));
});

const WRAP = "ERROR: failed to build: failed to solve:";

describe("a broken imported cache is suspected", () => {
	const suspicious = [
		`${WRAP} failed to compute cache key: content ${DIGEST}: not found`,
		`${WRAP} content digest ${DIGEST}: not found`,
		`${WRAP} failed to compute cache key: failed to get stream processor: ${DIGEST} not found`,
		`${WRAP} failed to compute cache key: unexpected commit digest ${DIGEST}, expected ${DIGEST}: failed precondition`,
		`${WRAP} failed to compute cache key: short read: expected 42 bytes but got 0: unexpected EOF`,
		`${WRAP} short read: expected 42 bytes but got 0: unexpected EOF`,
		`#9 ERROR: unexpected commit digest ${DIGEST}, expected ${DIGEST}: failed precondition\nERROR: canceled`,
		`\u001b[31m${WRAP} short read: expected 1 bytes\u001b[0m`,
	];
	test("a layer that is pulled again and again", () => {
		const pull = `#7 pulling sha256:${"a".repeat(64)}`;
		assert.equal(blamesCache(`${pull}\n${pull} done\n`.repeat(5)), true);
		assert.equal(blamesCache(`${pull}\n${pull} done\n`.repeat(2)), false);
		assert.equal(blamesCache(`${pull} 0.1s done\n#8${pull.slice(2)} 0.2s done\n`.repeat(2)), false);
	});
	for (const stderr of suspicious) test(stderr, () => assert.equal(blamesCache(stderr), true));
});

describe("a build that fails on its own account doesn't blame the cache", () => {
	const innocent = [
		"",
		FAILED_RUN,
		`#5 ERROR: failed to calculate checksum of ref x::y: "/foo": not found\n${WRAP} failed to compute cache key: failed to calculate checksum of ref x::y: "/foo": not found`,
		`${WRAP} failed to compute cache key: "/foo bar": not found: not found`,
		`${WRAP} nope:1: failed to resolve source metadata for docker.io/library/nope:1: docker.io/library/nope:1: not found`,
		`${WRAP} docker.io/library/alpine@${DIGEST}: not found`,
		`#8 3.201 short read\n#8 3.3 failed to compute cache key: x not found\n${WRAP} process "/bin/sh -c test" did not complete successfully: exit code: 1`,
	];
	for (const stderr of innocent) test(stderr.slice(-90), () => assert.equal(blamesCache(stderr), false));
});
