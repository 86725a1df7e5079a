import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { consoleOn } from "../../src/cli/terminal.ts";

/** Says a line of each kind, and gives what came out where. */
function said({ isTTY, json = false }: { isTTY: boolean; json?: boolean }) {
	const written = { stdout: "", stderr: "" };
	const streams = {
		stdout: { write: (text: string) => (written.stdout += text) },
		stderr: { isTTY, write: (text: string) => (written.stderr += text) },
	};
	const { progress, say, result } = consoleOn(streams, json);
	progress("10 %");
	progress("20 %");
	say("a warning");
	progress("30 %");
	result("done");
	return written;
}

/** What is left on a screen: a carriage return and "erase to the end of the line" make room for the next. */
function screen(text: string): string {
	const lines = text.split("\n").map((line) => line.split("\r\x1b[K").at(-1));
	return lines.join("\n");
}

describe("what a command says", () => {
	it("is plain lines where nobody watches, the result alone on standard output", () => {
		assert.deepEqual(said({ isTTY: false }), {
			stdout: "done\n",
			stderr: "10 %\n20 %\na warning\n30 %\n",
		});
	});

	it("is progress on one line on a terminal, which leaves no trace", () => {
		const { stdout, stderr } = said({ isTTY: true });
		assert.equal(stdout, "done\n");
		assert.equal(screen(stderr), "a warning\n");
		assert.match(stderr, /20 %/);
	});

	it("leaves standard output to the report with --json", () => {
		assert.deepEqual(said({ isTTY: false, json: true }), {
			stdout: "",
			stderr: "10 %\n20 %\na warning\n30 %\ndone\n",
		});
		assert.equal(screen(said({ isTTY: true, json: true }).stderr), "a warning\ndone\n");
	});

	it("is said more often on a terminal, where it fills no log", () => {
		const steps = [true, false].map((isTTY) => {
			const stream = { isTTY, write: () => undefined };
			return consoleOn({ stdout: stream, stderr: stream }, false).stepBytes;
		});
		assert.ok((steps[0] ?? 0) < (steps[1] ?? 0));
	});
});
